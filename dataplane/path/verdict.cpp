#include "dataplane/path/verdict.h"

namespace aaigw::path {

namespace {

struct Words {
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array<Words, kVerdicts> kWords{{
#define VERDICT(name, fate, sentence) {#name, sentence},
#include "dataplane/path/verdict.def"
#undef VERDICT
}};

} // namespace

std::string_view name(Verdict verdict) noexcept
{
    return kWords[static_cast<std::size_t>(verdict)].name;
}

std::string_view describe(Verdict verdict) noexcept
{
    return kWords[static_cast<std::size_t>(verdict)].sentence;
}

} // namespace aaigw::path
