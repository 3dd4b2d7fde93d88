// The command tree: every group and command of aaigwctl, in the order of --help.
#include "control/ctl/commands.h"

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kGroups{
    Group{"derive", "derive the keys of one hierarchy"},
    Group{"pdu", "protect, check or authenticate one PDU"},
    Group{"pdu protect", "build and encrypt a PDU"},
    Group{"pdu unprotect", "check and decrypt a PDU"},
    Group{"pdu cmac", "authenticate a MAC control message"},
    Group{"config", "look at configurations of the daemon"},
};

constexpr std::array<const Command*, 18> kCommands{
    &kDeriveMzone,     &kDeriveLzone,     &kDeriveMis,         &kDeriveEps,
    &kPduProtectMzone, &kPduProtectLzone, &kPduUnprotectMzone, &kPduUnprotectLzone,
    &kPduCmacMzone,    &kPduCmacLzone,    &kConfigCheck,       &kVersion,
    &kHealth,          &kCounters,        &kVerdicts,          &kStages,
    &kPorts,           &kState,
};

} // namespace

std::span<const Group> groups() noexcept
{
    return kGroups;
}

std::span<const Command* const> commands() noexcept
{
    return kCommands;
}

} // namespace aaigw::ctl
