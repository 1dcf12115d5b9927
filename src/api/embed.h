#pragma once

#include <string_view>

// The assembler's .incbin copies a file into the object as it is. An array literal of half a
// megabyte would take the compiler seconds and hundreds of megabytes of memory.
#define CLAVIGER_EMBED(name, file)                \
  asm(".pushsection .rodata\n"                    \
      ".global claviger_asset_" #name             \
      "\n"                                        \
      ".global claviger_asset_" #name             \
      "_end\n"                                    \
      "claviger_asset_" #name ": .incbin \"" file \
      "\"\n"                                      \
      "claviger_asset_" #name                     \
      "_end:\n"                                   \
      ".popsection\n");                           \
  extern "C" const char claviger_asset_##name[], claviger_asset_##name##_end[]

/// The bytes of an embedded file.
#define CLAVIGER_ASSET(name) std::string_view(claviger_asset_##name, claviger_asset_##name##_end)
