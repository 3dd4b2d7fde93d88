// --engine
#include "control/ctl/engine.h"

#include "crypto/self_test.h"

#include <fmt/format.h>

namespace aaigw::ctl {

namespace {

enum class Engine : std::uint8_t { ipsec_mb, openssl };

} // namespace

Result<std::unique_ptr<crypto::Provider>> make_engine(Values& values)
{
    Engine engine = Engine::ipsec_mb;
    if (values.given(kEngineOption)) {
        TRY(engine, values.choice<Engine>(kEngineOption, {{"ipsec-mb", Engine::ipsec_mb},
                                                          {"openssl", Engine::openssl}}));
    }
    if (engine == Engine::openssl) {
        auto reference = crypto::make_openssl_provider();
        TRY_DO(crypto::self_test(*reference));
        return reference;
    }

    auto provider = crypto::make_ipsec_mb_provider();
    if (!provider)
        return fail(provider.error().code,
                    fmt::format("{0}: ipsec-mb cannot be used here: {1}; use {0} openssl",
                                kEngineOption, provider.error().message));
    return provider;
}

} // namespace aaigw::ctl
