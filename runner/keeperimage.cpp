// SPDX-License-Identifier: MIT
#include "runner/keeperimage.h"

// The build names the file. Read by the assembler: as an array of numbers it would take the compiler
// a minute.
asm(".section .rodata\n"
    "capstan_keeper_begin:\n"
    ".incbin \"" CAPSTAN_KEEPER_FILE "\"\n"
    "capstan_keeper_end:\n"
    ".previous\n");

extern "C" const char capstan_keeper_begin[];
extern "C" const char capstan_keeper_end[];

namespace ci::runner {

std::span<const char> keeperImage() { return {capstan_keeper_begin, capstan_keeper_end}; }

} // namespace ci::runner
