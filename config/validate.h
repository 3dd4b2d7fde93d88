// The rules between keys: names that must exist, values that must not come twice, addresses that must be reachable.
#pragma once

#include "config/model.h"
#include "config/node.h"

namespace aaigw::config {

/// Refuses what breaks a rule. `root` is the tree that `config` was read from; where it is flawed nothing is said about
/// what would follow from that.
void validate(const Config& config, TreeNode& root, Reading& reading);

/// The part about `static:`.
void validate_static(const Config& config, TreeNode& root, Reading& reading);

} // namespace aaigw::config
