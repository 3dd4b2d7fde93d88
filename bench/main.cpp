// aaigw-bench: benchmarks and their report.
#include "bench/crypto/command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <exception>

namespace {

int run(int argc, char** argv)
{
    CLI::App app{"aaigw-bench: benchmarks of the gateway, each beside a peer in the same run"};
    app.require_subcommand(1);

    aaigw::bench::CryptoOptions crypto;
    CLI::App* command = app.add_subcommand(
        "crypto", "AES-CCM, CMAC and key derivation beside IPsec-MB and OpenSSL");
    command->add_option("--rounds", crypto.rounds, "rounds over which medians are taken")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--sizes", crypto.sizes, "AES-CCM payload bytes, separated by commas")
        ->delimiter(',')
        ->check(CLI::Range(1, 2047));
    command->add_option("--keys", crypto.keys, "numbers of distinct keys, separated by commas")
        ->delimiter(',')
        ->check(CLI::Range(1, 1 << 20));
    command->add_option("--json", crypto.json_path, "also write the rows to this file");
    CLI11_PARSE(app, argc, argv);
    return aaigw::bench::run_crypto(crypto);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "aaigw-bench: {}\n", error.what());
        return 1;
    }
}
