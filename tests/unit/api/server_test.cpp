// The control socket: whole conversations, hostile clients, and the limits that keep the daemon from suffering.
#include "control/api/client.h"
#include "control/api/documents.h"
#include "control/api/server.h"
#include "tests/doubles/fake_gateway.h"
#include "tests/unit/runtime/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <thread>
#include <vector>

namespace aaigw::api {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{30};

/// A client that sends what it likes.
class RawClient {
  public:
    explicit RawClient(const std::string& path)
    {
        auto fd = connect_to(path, kPatience);
        if (fd)
            fd_ = std::move(*fd);
    }

    [[nodiscard]] bool is_open() const { return fd_.is_open(); }

    /// Until all is sent or the other end has had enough.
    void send(std::string_view text) const
    {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void end_of_input() const { ::shutdown(fd_.get(), SHUT_WR); }

    /// The next line, or nothing when the connection ends before one.
    [[nodiscard]] std::optional<std::string> line() const
    {
        std::string text;
        for (char c = 0; ::recv(fd_.get(), &c, 1, 0) == 1;) {
            if (c == '\n')
                return text;
            text += c;
        }
        return std::nullopt;
    }

    [[nodiscard]] int error_code() const
    {
        const auto answer = line();
        return answer ? Json::parse(*answer)["error"]["code"].get<int>() : 0;
    }
    [[nodiscard]] bool is_closed() const { return !line().has_value(); }

  private:
    runtime::UniqueFd fd_;
};

/// The server on a thread of its own.
class ServerTest : public testing::Test {
  protected:
    void serve(ServerLimits limits = {})
    {
        thread = std::thread{[this, held = start(io, limits)] { io.run(); }};
    }
    [[nodiscard]] Server start(asio::io_context& in, ServerLimits limits = {})
    {
        auto place = ListeningSocket::claim(path);
        EXPECT_TRUE(place) << place.error().message;
        auto server = Server::serve(std::move(*place), in, dispatcher, limits);
        EXPECT_TRUE(server) << server.error().message;
        return std::move(*server);
    }
    void TearDown() override
    {
        io.stop();
        if (thread.joinable())
            thread.join();
    }

    [[nodiscard]] Json ask(std::string_view method)
    {
        auto client = Client::connect(path, kPatience);
        EXPECT_TRUE(client);
        const auto result = client->call(method);
        EXPECT_TRUE(result) << result.error().message;
        return *result;
    }

    runtime::TemporaryFolder folder;
    std::string path = folder.file("socket");
    doubles::FakeGateway gateway;
    Dispatcher dispatcher{gateway};
    asio::io_context io{1};
    std::thread thread;
};

TEST_F(ServerTest, Answers)
{
    gateway.add_station(Stid::from_field(1), 1);
    serve();
    EXPECT_EQ(ask("version"), version_document(gateway));
    EXPECT_EQ(ask("state"), state_document(gateway));
    EXPECT_EQ(ask("counters")["api"], Json({{"answered", 2},
                                            {"refused", 0},
                                            {"clients", 1},
                                            {"clients_refused", 0},
                                            {"clients_dropped", 0}}));
}

TEST_F(ServerTest, TheClientPutsTheStateTogether)
{
    for (std::uint16_t number = 1; number <= 600; ++number)
        ASSERT_TRUE(gateway.key_tables().add_station({.stid = Stid::from_field(number)}));
    serve();
    auto client = Client::connect(path, kPatience);
    ASSERT_TRUE(client);
    const auto state = client->state();
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ((*state)["stations"].size(), 600U);
    EXPECT_EQ((*state)["stations"][599]["stid"], 600);
    EXPECT_FALSE(state->contains("next"));
    const auto again = client->state();
    ASSERT_TRUE(again);
    EXPECT_EQ(one_line(*again), one_line(*state));
}

TEST_F(ServerTest, AnswersRequestsThatComeTogetherInTheirOrder)
{
    serve();
    const RawClient client{path};
    std::string requests;
    for (int id = 0; id < 100; ++id)
        requests += Json({{"jsonrpc", "2.0"}, {"id", id}, {"method", "health"}}).dump() + "\n";
    client.send(requests);
    client.end_of_input();
    for (int id = 0; id < 100; ++id) {
        const auto answer = client.line();
        ASSERT_TRUE(answer);
        EXPECT_EQ(Json::parse(*answer)["id"], id);
    }
    EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, ARequestMayComeInPieces)
{
    serve();
    const RawClient client{path};
    for (const char c : request_line("health", Json::object()))
        client.send({&c, 1});
    EXPECT_TRUE(Json::parse(*client.line()).contains("result"));
}

TEST_F(ServerTest, NotificationsGetNoAnswerAndTheNextRequestDoes)
{
    serve();
    const RawClient client{path};
    client.send("{\"jsonrpc\":\"2.0\",\"method\":\"health\"}\n" +
                request_line("version", Json::object()));
    EXPECT_EQ(Json::parse(*client.line())["result"]["program"], "aaigwd");
}

TEST_F(ServerTest, MalformedRequestsGetErrorsAndTheConnectionGoesOn)
{
    serve();
    const RawClient client{path};
    const std::string zeros(100, '\0');
    for (const std::string& text : {std::string{}, std::string{"x"}, std::string{"\xff\xfe"},
                                    std::string(60'000, '['), zeros, std::string(60'000, '"')}) {
        client.send(text + "\n");
        EXPECT_EQ(client.error_code(), -32700);
    }
    client.send("[]\n{}\n");
    EXPECT_EQ(client.error_code(), -32600);
    EXPECT_EQ(client.error_code(), -32600);
    client.send(request_line("health", Json::object()));
    EXPECT_TRUE(Json::parse(*client.line()).contains("result"));
    EXPECT_EQ(ask("counters")["api"]["refused"], 8);
}

TEST_F(ServerTest, ALineWithoutEndIsRefusedAndEndsTheConnection)
{
    serve();
    const RawClient client{path};
    client.send(std::string(10 * kMaxRequestBytes, ' '));
    EXPECT_EQ(client.error_code(), -32000);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(ask("counters")["api"]["refused"], 1);
}

TEST_F(ServerTest, ALineOfTheGreatestSizeIsTaken)
{
    serve();
    const RawClient client{path};
    std::string request = request_line("health", Json::object());
    request.insert(0, kMaxRequestBytes - (request.size() - 1), ' ');
    client.send(request);
    EXPECT_TRUE(Json::parse(*client.line()).contains("result"));
    client.send(" " + request);
    EXPECT_EQ(client.error_code(), -32000);
}

TEST_F(ServerTest, AClientThatLeavesInTheMiddleIsForgotten)
{
    serve();
    for (int i = 0; i < 200; ++i) {
        const RawClient client{path};
        client.send("{\"jsonrpc\":");
    }
    for (int i = 0; i < 200; ++i) {
        const RawClient client{path};
        client.send(request_line("state", Json::object()));
    }
    // The server learns of the last ones in its own time.
    while (ask("counters")["api"]["clients"] != 1)
        std::this_thread::yield();
    EXPECT_EQ(ask("counters")["api"]["clients_dropped"], 0);
}

TEST_F(ServerTest, MoreClientsThanTheLimitAreRefused)
{
    serve({.clients = 3});
    std::vector<RawClient> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(path);
        clients.back().send(request_line("health", Json::object()));
        ASSERT_TRUE(clients.back().line());
    }
    {
        const RawClient fourth{path};
        EXPECT_EQ(fourth.error_code(), -32001);
        EXPECT_TRUE(fourth.is_closed());
    }
    auto refused = Client::connect(path, kPatience);
    ASSERT_TRUE(refused);
    const auto result = refused->call("health");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::io);
    EXPECT_THAT(result.error().message, HasSubstr("3 clients are connected"));

    clients.pop_back();
    std::optional<std::string> answer;
    while (!answer || !Json::parse(*answer).contains("result")) {
        const RawClient next{path};
        next.send(request_line("health", Json::object()));
        answer = next.line();
    }
}

TEST_F(ServerTest, AClientThatDoesNotReadIsDropped)
{
    for (std::uint16_t number = 1; number <= 256; ++number)
        gateway.add_station(Stid::from_field(number), 1);
    serve({.writing = std::chrono::milliseconds{50}});
    const RawClient client{path};
    // More answers than the socket holds.
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += request_line("state", Json::object());
    client.send(requests);
    while (ask("counters")["api"]["clients_dropped"] != 1)
        std::this_thread::yield();
    std::size_t answers = 0;
    while (client.line())
        ++answers;
    EXPECT_LT(answers, 50U);
}

TEST_F(ServerTest, AClientThatSaysNothingIsDropped)
{
    serve({.silence = std::chrono::milliseconds{50}});
    const RawClient silent{path};
    EXPECT_TRUE(silent.is_closed());
    const RawClient half{path};
    half.send("{");
    EXPECT_TRUE(half.is_closed());
}

TEST_F(ServerTest, EndsWithItsClientsAndItsSocket)
{
    std::optional<Server> server{start(io)};
    const RawClient waiting{path};
    const RawClient asking{path};
    asking.send(request_line("state", Json::object()));
    io.poll();
    EXPECT_EQ(dispatcher.counters().clients, 2U);
    server.reset();
    EXPECT_EQ(dispatcher.counters().clients, 0U);
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(RawClient{path}.is_open());
    io.run();
    EXPECT_TRUE(waiting.is_closed());
}

TEST_F(ServerTest, MayEndWithTheEventLoopStillFull)
{
    {
        asio::io_context short_lived{1};
        const Server server = start(short_lived);
        const RawClient client{path};
        short_lived.poll();
        EXPECT_EQ(dispatcher.counters().clients, 1U);
    }
    EXPECT_EQ(dispatcher.counters().clients, 0U);
}

} // namespace
} // namespace aaigw::api
