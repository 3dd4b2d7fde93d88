#include "bench/crypto/command.h"

#include "bench/crypto/measure.h"
#include "bench/machine.h"
#include "bench/timing.h"

#include <fmt/format.h>
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <cstdio>

namespace aaigw::bench {

namespace {

Json to_json(const Row& row)
{
    return {{"operation", row.operation},
            {"bytes", row.bytes},
            {"keys", row.keys},
            {"aaigw_cycles", row.aaigw_cycles},
            {"ipsec_mb_cycles", row.ipsec_mb_cycles},
            {"ipsec_mb_way", row.ipsec_mb_way},
            {"openssl_cycles", row.openssl_cycles},
            {"ratio_ipsec_mb", row.ratio_ipsec_mb},
            {"ratio_openssl", row.ratio_openssl}};
}

void print_head()
{
    fmt::print("TSC cycles per packet, medians over the rounds. A ratio of 2 means that aaigw "
               "takes half the time.\n"
               "{:<18}{:>6}{:>7}{:>9}{:>10}{:>9}{:>11}{:>10}  {}\n",
               "operation", "bytes", "keys", "aaigw", "IPsec-MB", "OpenSSL", "x IPsec-MB",
               "x OpenSSL", "best raw IPsec-MB");
}

void print(const Row& row)
{
    fmt::print("{:<18}{:>6}{:>7}{:>9.1f}{:>10.1f}{:>9.1f}{:>11.2f}{:>10.2f}  {}\n", row.operation,
               row.bytes, row.keys, row.aaigw_cycles, row.ipsec_mb_cycles, row.openssl_cycles,
               row.ratio_ipsec_mb, row.ratio_openssl, row.ipsec_mb_way);
    static_cast<void>(std::fflush(stdout)); // only so that each row shows when it is known
}

/// What many keys cost: the figure of the most keys over that of 64, where both were measured.
void print_key_cost(const std::vector<Row>& rows)
{
    for (const Row& few : rows) {
        if (few.keys != 64)
            continue;
        for (const Row& many : rows) {
            if (many.keys == 65536 && many.operation == few.operation && many.bytes == few.bytes)
                fmt::print("{} of {} bytes: 65,536 keys cost {:.2f} times 64 keys\n", few.operation,
                           few.bytes, many.aaigw_cycles / few.aaigw_cycles);
        }
    }
}

} // namespace

int run_crypto(const CryptoOptions& options)
{
    const std::vector<std::size_t> sizes =
        options.sizes.empty() ? std::vector<std::size_t>{64, 128, 256, 512, 1024, 1440}
                              : options.sizes;
    const std::vector<std::size_t> keys =
        options.keys.empty() ? std::vector<std::size_t>{1, 64, 4096, 65536} : options.keys;

    const Json machine = describe_machine();
    fmt::print("{}, TSC {} MHz, IPsec-MB {}, OpenSSL {}\n", machine["cpu"].get<std::string>(),
               machine["tsc_mhz"].get<std::uint64_t>(), imb_get_version_str(),
               OpenSSL_version(OPENSSL_VERSION_STRING));
    print_head();
    std::vector<Row> rows;
    const auto add = [&rows](Row row) {
        print(row);
        rows.push_back(std::move(row));
    };
    for (const Operation operation : {Operation::ccm_protect, Operation::ccm_unprotect}) {
        for (const std::size_t size : sizes) {
            for (const std::size_t count : keys)
                add(measure_packets(operation, size, count, options.rounds));
        }
    }
    for (const std::size_t size : {64U, 200U}) {
        for (const std::size_t count : keys)
            add(measure_packets(Operation::cmac, size, count, options.rounds));
    }
    add(measure_derivations(options.rounds));
    print_key_cost(rows);
    fmt::print("{:.0f} handover key sets a second on one core\n",
               tsc_hz() / rows.back().aaigw_cycles);

    if (options.json_path.empty())
        return 0;
    Json report{{"machine", machine}, {"rows", Json::array()}};
    for (const Row& row : rows)
        report["rows"].push_back(to_json(row));
    return write_report(report, options.json_path);
}

} // namespace aaigw::bench
