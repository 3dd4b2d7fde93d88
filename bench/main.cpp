// aaigw-bench: benchmarks and their report.
#include "bench/crypto/command.h"
#include "bench/path/command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <exception>

namespace {

void add_path_options(CLI::App& command, aaigw::bench::PathOptions& path)
{
    command.add_option("--rounds", path.rounds, "rounds over which medians are taken")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--sizes", path.sizes, "bytes of the inner packets; 0 is the IMIX")
        ->delimiter(',')
        ->check(CLI::Range(0, 1500));
    command.add_option("--flows", path.flows, "numbers of flows")
        ->delimiter(',')
        ->check(CLI::Range(1, 1 << 20));
    command.add_option("--ways", path.ways, "downlink, uplink, mixed, relay")->delimiter(',');
    command.add_option("--flows-per-station", path.flows_per_station, "1 to 13")
        ->check(CLI::Range(1, 13))
        ->capture_default_str();
    command.add_flag("--lzone", path.lzone, "stations of the LZone");
    command.add_flag("--alone", path.alone, "without yardsticks; shows what each stage costs");
    command.add_flag("!--no-extras", path.extras,
                     "leave out context swaps, TEK rolls and two workers");
    command.add_option("--json", path.json_path, "also write the rows to this file");
}

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
    aaigw::bench::PathOptions path;
    CLI::App* path_command = app.add_subcommand(
        "path", "the whole path of a packet beside raw IPsec-MB and dpdk-test-crypto-perf");
    add_path_options(*path_command, path);
    CLI11_PARSE(app, argc, argv);
    return app.got_subcommand(path_command) ? aaigw::bench::run_path(path)
                                            : aaigw::bench::run_crypto(crypto);
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
