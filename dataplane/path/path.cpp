#include "dataplane/path/path.h"

#include <algorithm>

namespace aaigw::path {

namespace {

/// A tenth of a second's worth may come at once, but at least a handful.
TokenBucket bucket(std::uint64_t ticks_per_second, std::uint32_t per_second)
{
    const std::uint32_t rate = std::max(per_second, 1U);
    return {std::max<std::uint64_t>(ticks_per_second / rate, 1), std::max(rate / 10, 16U)};
}

} // namespace

Path::Path(const PathParts& parts)
    : tables_{parts.tables}, links_{parts.links}, engine_{parts.engine}, source_{parts.source},
      events_{parts.events}, stats_{parts.stats}, worker_{parts.worker},
      unauthenticated_{
          bucket(parts.limits.ticks_per_second, parts.limits.unauthenticated_control_per_s)},
      cmac_checks_{bucket(parts.limits.ticks_per_second, parts.limits.cmac_checks_per_s)},
      icmp_errors_{bucket(parts.limits.ticks_per_second, parts.limits.icmp_errors_per_s)},
      notices_{bucket(parts.limits.ticks_per_second, parts.limits.notices_per_s)},
      arp_replies_{bucket(parts.limits.ticks_per_second, parts.limits.arp_replies_per_s)}
{
}

} // namespace aaigw::path
