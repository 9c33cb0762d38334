// SPDX-License-Identifier: MIT
// Stands in for libFuzzer: MUTATIONS FOLDER… runs a target over the files of folders and mutations of
// them, always the same ones, so that a failure can be had again.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes readFile(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void mutate(Bytes &bytes, std::mt19937 &random)
{
    const auto below = [&random](std::size_t limit) { return random() % std::max<std::size_t>(limit, 1); };
    for (std::size_t count = 1 + below(4); count > 0; --count) {
        const std::size_t at = below(bytes.size());
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(5)) {
        case 0:
            bytes.insert(place, static_cast<std::uint8_t>(random()));
            break;
        case 1:
            bytes.resize(at);
            break;
        case 2: {
            const Bytes piece(place, bytes.begin() + static_cast<std::ptrdiff_t>(at + below(bytes.size() - at)));
            bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())), piece.begin(), piece.end());
            break;
        }
        default:
            if (!bytes.empty()) {
                bytes[at] = static_cast<std::uint8_t>(random());
            }
        }
    }
}

} // namespace

int main(int argc, char **argv)
{
    std::mt19937 random(20260101);
    const int mutations = argc > 1 ? std::atoi(argv[1]) : 0;
    long runs = 0;
    for (int i = 2; i < argc; ++i) {
        for (const auto &entry : std::filesystem::directory_iterator(argv[i])) {
            const Bytes seed = readFile(entry.path());
            LLVMFuzzerTestOneInput(seed.data(), seed.size());
            for (int mutation = 0; mutation < mutations; ++mutation, ++runs) {
                Bytes bytes = seed;
                mutate(bytes, random);
                LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
            }
        }
    }
    std::printf("%ld inputs\n", runs);
    return runs > 0 ? 0 : 1;
}
