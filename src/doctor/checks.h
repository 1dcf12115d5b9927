#pragma once

#include <string>
#include <string_view>

#include "doctor/doctor.h"

namespace claviger::doctor {

/// Adds what a start takes without a word, and an operator should know, to the findings.
void check(Examined& examined, const FileText& file, const Machine& machine);

/// An upper bound of a random text's strength in bits, by the kinds of characters in it.
double bits_by_alphabet(std::string_view text);
/// The same by how many different characters it has: little for long texts of few.
double bits_by_variety(std::string_view text);

}  // namespace claviger::doctor
