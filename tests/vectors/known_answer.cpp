#include "tests/vectors/known_answer.h"

#include "common/hex.h"

#include <cstdlib>
#include <fstream>
#include <ostream>

namespace aaigw::vectors {

namespace {

std::unique_ptr<crypto::Provider> make_ipsec_mb()
{
    auto provider = crypto::make_ipsec_mb_provider();
    if (!provider)
        throw std::runtime_error(provider.error().message);
    return *std::move(provider);
}

std::filesystem::path folder(const char* variable)
{
    const char* path = std::getenv(variable);
    if (path == nullptr)
        throw std::runtime_error(std::string{variable} + " is not set; run through meson test");
    return path;
}

} // namespace

const std::vector<Engine>& engines()
{
    static const std::vector<Engine> all{
        {"openssl", crypto::make_openssl_provider},
        {"ipsec_mb", make_ipsec_mb},
    };
    return all;
}

std::filesystem::path public_vectors()
{
    return folder("AAIGW_PUBLIC_VECTORS");
}

std::vector<Case> cases(std::string_view file, std::string_view member, std::string_view value)
{
    const std::filesystem::path path = folder("AAIGW_VECTORS") / file;
    std::ifstream in{path};
    if (!in)
        throw std::runtime_error("cannot read " + path.string());
    std::vector<Case> found;
    const Json document = Json::parse(in);
    for (const Json& vector : document.at("vectors"))
        if (member.empty() || vector.value(std::string{member}, "") == value)
            for (const Engine& engine : engines())
                found.push_back({engine, vector});
    if (found.empty())
        throw std::runtime_error("no such vector in " + path.string());
    return found;
}

std::string case_name(const testing::TestParamInfo<Case>& info)
{
    return std::string{info.param.engine.name} + "_" + std::string{info.param.vector.at("name")};
}

void PrintTo(const Engine& engine, std::ostream* out)
{
    *out << engine.name;
}

void PrintTo(const Case& test_case, std::ostream* out)
{
    *out << test_case.vector.at("status").get<std::string>() << " vector, "
         << test_case.vector.at("source").get<std::string>();
}

std::vector<std::uint8_t> unhex(std::string_view text)
{
    auto bytes = from_hex(text);
    if (!bytes)
        throw std::runtime_error("not hex: " + std::string{text});
    return *std::move(bytes);
}

} // namespace aaigw::vectors
