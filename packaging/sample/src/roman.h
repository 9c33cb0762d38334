#pragma once

#include <optional>
#include <string>

// 1 to 3999; nothing outside.
std::optional<std::string> toRoman(int number);

// Only the canonical form: "IV", not "IIII".
std::optional<int> fromRoman(const std::string &text);
