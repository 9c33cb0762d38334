#include "roman.h"

#include <array>
#include <utility>

static constexpr std::array<std::pair<int, const char *>, 13> Signs {{
    {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
    {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
}};

std::optional<std::string> toRoman(int number)
{
    if (number < 1 || number > 3999) {
        return std::nullopt;
    }
    std::string text;
    for (const auto &[value, sign] : Signs) {
        for (; number >= value; number -= value) {
            text += sign;
        }
    }
    return text;
}

std::optional<int> fromRoman(const std::string &text)
{
    int number = 0;
    std::string rest = text;
    for (const auto &[value, sign] : Signs) {
        while (rest.rfind(sign, 0) == 0) {
            number += value;
            rest.erase(0, std::string(sign).size());
        }
    }
    // Writing it again shows whether it was the canonical form.
    if (!rest.empty() || toRoman(number) != text) {
        return std::nullopt;
    }
    return number;
}
