// What the tests of this folder share: a rig with one station, and results that googletest can print.
#pragma once

#include "tests/doubles/far_station.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace aaigw::path {

using aaigw::doubles::Buffer;
using aaigw::doubles::hex;
using aaigw::doubles::inner_ipv4;
using aaigw::doubles::inner_ipv6;
using aaigw::doubles::join;
using aaigw::doubles::key_of;
using aaigw::doubles::pattern;
using doubles::FarFlow;
using doubles::FarStation;
using doubles::FarTek;
using doubles::kAccessPort;
using doubles::kCorePort;
using doubles::Outcome;
using doubles::PathRig;
using doubles::PathRigOptions;

using Verdicts = std::vector<Verdict>;
using Frames = std::vector<Buffer>;

/// For googletest's messages.
inline void PrintTo(Verdict verdict, std::ostream* out)
{
    *out << name(verdict);
}

/// For the name of a case with a zone as its parameter.
inline std::string zone_name(const testing::TestParamInfo<pdu::Zone>& info)
{
    return info.param == pdu::Zone::mzone ? "Mzone" : "Lzone";
}

} // namespace aaigw::path
