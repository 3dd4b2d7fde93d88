// aaigwctl derive mis
#include "control/ctl/commands.h"
#include "control/ctl/engine.h"
#include "control/key/mis_keys.h"

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{
    Parameter{"--k", "H16", Presence::required,
              "key K of the mobile node and the point of service"},
    Parameter{"--nonce-t", "H16", Presence::required, "Nonce-T"},
    Parameter{"--nonce-n", "H16", Presence::required, "Nonce-N"},
    Parameter{"--suite", "1|2|3|4", Presence::required, "code of the ciphersuite"},
    Parameter{"--prf", "PRF", Presence::optional, "hmac-sha256 (default), hmac-sha1 or cmac-aes"},
};

Result<key::MisPrf> read_prf(Values& values)
{
    if (!values.given("--prf"))
        return key::MisPrf::hmac_sha256;
    return values.choice<key::MisPrf>("--prf", {{"hmac-sha256", key::MisPrf::hmac_sha256},
                                                {"hmac-sha1", key::MisPrf::hmac_sha1},
                                                {"cmac-aes", key::MisPrf::cmac_aes}});
}

Result<Output> run(Values& values)
{
    key::MisNonces nonces;
    TRY(const key::MisK k, values.key<key::MisK>("--k"));
    TRY(nonces.t, values.bytes<std::tuple_size_v<key::MisNonce>>("--nonce-t"));
    TRY(nonces.n, values.bytes<std::tuple_size_v<key::MisNonce>>("--nonce-n"));
    TRY(const std::uint64_t suite, values.number("--suite", 1, 4));
    TRY(const key::MisPrf prf, read_prf(values));
    TRY(const auto engine, make_engine(values));

    const key::Misk misk{*engine, prf, k, nonces, static_cast<key::MisCiphersuite>(suite)};
    Output output;
    output.hex("miak", misk.expose_miak())
        .hex("miik", misk.expose_miik())
        .hex("miek", misk.expose_miek());
    return output;
}

} // namespace

const Command kDeriveMis{
    .path = "derive mis",
    .description = "Derive the keys of an MIS security association.",
    .parameters = kParameters,
    .notes = "Suites: 1 AES-CBC with HMAC-SHA1-96, 2 HMAC-SHA1-96, 3 CMAC-AES, 4 AES-CCM.\n"
             "Output: miak miik miek; a key that the ciphersuite does not have is \"\".",
    .run = run,
};

} // namespace aaigw::ctl
