#include "roman.h"

#include <cstring>
#include <iostream>

// test_roman encode|decode small|large
int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: test_roman encode|decode small|large\n";
        return 2;
    }
    const bool decode = std::strcmp(argv[1], "decode") == 0;
    const bool large = std::strcmp(argv[2], "large") == 0;
    int failures = 0;
    const int first = large ? 1000 : 1;
    const int last = large ? 3999 : 999;
    for (int n = first; n <= last; ++n) {
        const auto text = toRoman(n);
        const bool good = text && (!decode || fromRoman(*text) == n);
        failures += good ? 0 : 1;
    }
    failures += fromRoman("IIII") || fromRoman("IC") || toRoman(0) || toRoman(4000) ? 1 : 0;
    std::cout << "\033[32m" << last - first + 1 << " numbers\033[0m, " << failures
              << " failures\n";
    return failures == 0 ? 0 : 1;
}
