// TelemetryCommand: asked through DPDK's socket, as dpdk-telemetry.py asks.
#include "dataplane/dpdk/telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rte_eal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <string>
#include <utility>

namespace aaigw::dpdk {
namespace {

class Client {
  public:
    Client() : socket_{socket(AF_UNIX, SOCK_SEQPACKET, 0)}
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = std::string{rte_eal_get_runtime_dir()} + "/dpdk_telemetry.v2";
        path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
        EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0)
            << path;
        EXPECT_THAT(read(), testing::HasSubstr("max_output_len")); // its greeting
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { close(socket_); }

    std::string ask(const std::string& request)
    {
        EXPECT_EQ(send(socket_, request.data(), request.size(), 0),
                  static_cast<ssize_t>(request.size()));
        return read();
    }

  private:
    [[nodiscard]] std::string read() const
    {
        std::array<char, 65536> answer{};
        const ssize_t size = recv(socket_, answer.data(), answer.size(), 0);
        return {answer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

    int socket_;
};

TelemetryCommand add(const std::string& path, TelemetryAnswer answer)
{
    auto command = TelemetryCommand::add(path, "for a test", std::move(answer));
    EXPECT_TRUE(command) << command.error().message;
    return std::move(command).value();
}

TEST(Telemetry, AnswersWithNumbersTextAndObjectsInOrder)
{
    const auto command = add("/aaigw/values", [](std::string_view) {
        return TelemetryObject{
            {"zero", std::uint64_t{0}},
            {"most", std::numeric_limits<std::uint64_t>::max()},
            {"driver", "net_null"},
            {"worker",
             TelemetryObject{{"frames", std::uint64_t{7}},
                             {"verdicts", TelemetryObject{{"forwarded", std::uint64_t{6}}}}}},
            {"none", TelemetryObject{}}};
    });
    EXPECT_EQ(Client{}.ask("/aaigw/values"),
              R"({"/aaigw/values":{"zero":0,"most":18446744073709551615,"driver":"net_null",)"
              R"("worker":{"frames":7,"verdicts":{"forwarded":6}},"none":{}}})");
    EXPECT_THAT(Client{}.ask("/"), testing::HasSubstr("/aaigw/values"));
    EXPECT_THAT(Client{}.ask("/help,/aaigw/values"), testing::HasSubstr("for a test"));
}

TEST(Telemetry, PassesParametersAndErrorsOn)
{
    const auto command =
        add("/aaigw/echo", [](std::string_view parameters) -> Result<TelemetryObject> {
            if (parameters.empty())
                return fail(ErrorCode::invalid_argument, "which worker?");
            return TelemetryObject{{"asked", std::string{parameters}}};
        });
    EXPECT_EQ(Client{}.ask("/aaigw/echo,1,2"), R"({"/aaigw/echo":{"asked":"1,2"}})");
    EXPECT_EQ(Client{}.ask("/aaigw/echo"), R"({"/aaigw/echo":{"error":"which worker?"}})");
}

TEST(Telemetry, EscapesAndCutsText)
{
    const auto command = add("/aaigw/text", [](std::string_view parameters) {
        return TelemetryObject{{"asked", std::string{parameters}}};
    });
    EXPECT_EQ(Client{}.ask(R"(/aaigw/text,a"b\n)"), R"({"/aaigw/text":{"asked":"a\"b\\n"}})");
    EXPECT_EQ(Client{}.ask("/aaigw/text," + std::string(300, 'x')),
              R"({"/aaigw/text":{"asked":")" + std::string(127, 'x') + R"("}})");
}

TEST(Telemetry, IsSilentAfterTheCommandIsGone)
{
    const auto number = [](std::string_view) { return TelemetryObject{{"n", std::uint64_t{1}}}; };
    {
        const auto command = add("/aaigw/gone", number);
        EXPECT_FALSE(TelemetryCommand::add("/aaigw/gone", "again", number));
        EXPECT_EQ(Client{}.ask("/aaigw/gone"), R"({"/aaigw/gone":{"n":1}})");
    }
    EXPECT_EQ(Client{}.ask("/aaigw/gone"), R"({"/aaigw/gone":null})");
    auto first = add("/aaigw/gone", number);
    const auto command = std::move(first);
    EXPECT_EQ(Client{}.ask("/aaigw/gone"), R"({"/aaigw/gone":{"n":1}})");
}

TEST(Telemetry, RefusesWhatDpdkCannotHold)
{
    const auto too_many = add("/aaigw/many", [](std::string_view) {
        return TelemetryObject(257, {"n", std::uint64_t{1}});
    });
    EXPECT_EQ(Client{}.ask("/aaigw/many"), R"({"/aaigw/many":null})");
    const auto no_name = TelemetryCommand::add("no-slash", "help",
                                               [](std::string_view) { return TelemetryObject{}; });
    ASSERT_FALSE(no_name);
    EXPECT_THAT(no_name.error().message, testing::HasSubstr("no-slash: Invalid argument"));
}

} // namespace
} // namespace aaigw::dpdk
