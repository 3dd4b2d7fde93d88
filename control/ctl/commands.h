// The constants that describe the commands; each is defined in the file that carries the command's name.
#pragma once

#include "control/ctl/command.h"

namespace aaigw::ctl {

extern const Command kDeriveMzone;
extern const Command kDeriveLzone;
extern const Command kDeriveMis;
extern const Command kDeriveEps;
extern const Command kPduProtectMzone;
extern const Command kPduProtectLzone;
extern const Command kPduUnprotectMzone;
extern const Command kPduUnprotectLzone;
extern const Command kPduCmacMzone;
extern const Command kPduCmacLzone;
extern const Command kConfigCheck;
extern const Command kVersion;
extern const Command kHealth;
extern const Command kCounters;
extern const Command kVerdicts;
extern const Command kStages;
extern const Command kPorts;
extern const Command kState;

/// All of them, in the order of --help; a group stands before its members.
[[nodiscard]] std::span<const Group> groups() noexcept;
[[nodiscard]] std::span<const Command* const> commands() noexcept;

} // namespace aaigw::ctl
