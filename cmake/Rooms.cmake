# SPDX-License-Identifier: MIT
# capstan_room(PATH [USES room...] [LINKS library...])
#
# A room is a folder whose *.cpp make one static library, named after the folder with '_' for '/'.
# USES names the rooms it links and may include; LINKS names libraries from outside. The table of
# all rooms is written out for the test that checks every #include.
function(capstan_room path)
  cmake_parse_arguments(ROOM "" "" "USES;LINKS" ${ARGN})
  string(REPLACE "/" "_" target ${path})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${path}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  set(uses "")
  foreach(room IN LISTS ROOM_USES)
    string(REPLACE "/" "_" used ${room})
    list(APPEND uses ${used})
  endforeach()
  if(sources)
    file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${path}/*.h)
    add_library(${target} STATIC ${sources} ${headers})
    target_link_libraries(${target} PUBLIC ${uses} ${ROOM_LINKS})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${uses} ${ROOM_LINKS})
  endif()
  list(JOIN ROOM_USES " " row)
  set_property(GLOBAL APPEND_STRING PROPERTY CAPSTAN_ROOMS "${path}: ${row}\n")
endfunction()

function(capstan_write_room_table file)
  get_property(rows GLOBAL PROPERTY CAPSTAN_ROOMS)
  file(WRITE ${file} "${rows}")
endfunction()
