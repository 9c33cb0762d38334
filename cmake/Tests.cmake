# SPDX-License-Identifier: MIT
# capstan_room_tests(ROOM [LINKS library...])
#
# All tst_*.cpp of tests/ROOM become one executable, tst_ROOM, and each file its own CTest entry:
# `tst_ROOM tst_file` runs the class that the file registers with CAPSTAN_TEST (tests/testmain.h).
function(capstan_room_tests room)
  cmake_parse_arguments(TEST "" "" "LINKS" ${ARGN})
  string(REPLACE "/" "_" target ${room})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${room}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(tst_${target} ${sources} ${CMAKE_SOURCE_DIR}/tests/testmain.cpp)
  target_link_libraries(tst_${target} PRIVATE ${target} ${TEST_LINKS} testpaths Qt6::Test)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    if(name MATCHES "^tst_")
      add_test(NAME ${room}/${name} COMMAND tst_${target} ${name})
      set_tests_properties(${room}/${name} PROPERTIES TIMEOUT 120)
    endif()
  endforeach()
endfunction()
