#pragma once
// Figures as plans write them: whole where they are whole, thousands set apart. GB, MB and KB are powers of 1024, as in a spec.

#include <string>

#include "core/units.h"

namespace plimsoll::capacity {

/// "11,391", "569.5", "0.87": no more digits than say something; finite (else "any").
std::string number(double value);
std::string dollars(double per_month);  // "$62", "$30.37", "$1,730"
std::string percent(double ratio);      // "70 %", "16.7 %"
std::string size(Bytes bytes);          // "2 GB", "256 MB", "1.5 GB"
std::string spec_size(Bytes bytes);     // as a spec takes it, exactly: "2GB", "256MB"; bytes where nothing larger is exact

}  // namespace plimsoll::capacity
