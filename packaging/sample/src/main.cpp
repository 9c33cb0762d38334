#include "roman.h"

#include <cstdlib>
#include <cstring>
#include <iostream>

int main(int argc, char **argv)
{
    if (argc == 3 && std::strcmp(argv[1], "-d") == 0) {
        if (const auto number = fromRoman(argv[2])) {
            std::cout << *number << '\n';
            return 0;
        }
    } else if (argc == 2) {
        if (const auto text = toRoman(std::atoi(argv[1]))) {
            std::cout << *text << '\n';
            return 0;
        }
    }
    std::cerr << "usage: roman NUMBER | roman -d NUMERAL   (1 to 3999)\n";
    return 1;
}
