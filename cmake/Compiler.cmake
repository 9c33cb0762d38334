# SPDX-License-Identifier: MIT
# Warnings, Qt's strictness, sanitizers, ccache, and the fastest linker present: the same for
# every target.
add_compile_options(
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror=switch)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE MATCHES "Rel")
  # GCC 12 sees unset members of std::variant's other alternatives once it inlines moves.
  add_compile_options(-Wno-maybe-uninitialized)
endif()
if(CMAKE_UNITY_BUILD)
  # Files that share a translation unit see each other's names: no shadowing that a reader sees.
  # For the same reason their anonymous namespaces look shared to it.
  add_compile_options(-Wno-shadow -Wno-subobject-linkage)
endif()
option(CAPSTAN_WERROR "Warnings are errors" ON)
if(CAPSTAN_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_definitions(
  QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_FOREACH QT_NO_URL_CAST_FROM_STRING
  QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_NO_KEYWORDS
  CAPSTAN_VERSION="${PROJECT_VERSION}")
include_directories(${CMAKE_SOURCE_DIR})

# Rooms too: a fuzzer that does not see which of their lines ran only guesses.
if(CAPSTAN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CAPSTAN_SANITIZE)
  add_compile_options(-fsanitize=${CAPSTAN_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CAPSTAN_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND NOT CAPSTAN_LTO)
  add_link_options(-fuse-ld=mold)
endif()
