# How every library of ours is compiled; generated parsers are compiled without our warnings (see frontend/CMakeLists.txt).
add_library(unknot_flags INTERFACE)
target_include_directories(unknot_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(unknot_flags INTERFACE _GNU_SOURCE UNKNOT_VERSION="${PROJECT_VERSION}")

add_library(unknot_warnings INTERFACE)
target_compile_options(unknot_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wcast-qual -Wundef -Wformat=2)
if(UNKNOT_WERROR)
  target_compile_options(unknot_warnings INTERFACE -Werror)
endif()

if(UNKNOT_SANITIZE)
  target_compile_options(unknot_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(unknot_flags INTERFACE -fsanitize=address,undefined)
endif()
if(UNKNOT_COVERAGE)
  target_compile_options(unknot_flags INTERFACE --coverage)
  target_link_options(unknot_flags INTERFACE --coverage)
endif()
if(UNKNOT_FUZZ)
  target_compile_options(unknot_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# unknot_library(NAME SOURCES … DEPENDS …): one library per folder, its dependencies stated.
function(unknot_library name)
  cmake_parse_arguments(LIB "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${LIB_SOURCES})
  target_link_libraries(${name} PUBLIC unknot_flags ${LIB_DEPENDS} PRIVATE unknot_warnings)
endfunction()
