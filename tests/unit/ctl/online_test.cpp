// The commands that ask a daemon, against the API on a socket with a gateway that is not running.
#include "control/api/documents.h"
#include "control/api/server.h"
#include "control/ctl/command_line.h"
#include "control/ctl/commands.h"
#include "tests/doubles/fake_gateway.h"
#include "tests/unit/runtime/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace aaigw::ctl {
namespace {

using api::Json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// What the words print.
Result<std::string> run(std::vector<std::string> words)
{
    words.insert(words.begin(), "aaigwctl");
    std::vector<const char*> argv;
    for (const std::string& word : words)
        argv.push_back(word.c_str());
    TRY(Request request, parse_command_line(static_cast<int>(argv.size()), argv.data()));
    auto& [command, arguments] = std::get<Invocation>(request);
    Values values{std::move(arguments), -1};
    TRY(const Output output, command->run(values));
    return output.printed();
}

class Online : public testing::Test {
  protected:
    Online()
    {
        auto place = api::ListeningSocket::claim(path);
        EXPECT_TRUE(place) << place.error().message;
        auto server = api::Server::serve(std::move(*place), io, dispatcher);
        EXPECT_TRUE(server) << server.error().message;
        server_.emplace(std::move(*server));
    }
    ~Online() override
    {
        io.stop();
        if (thread.joinable())
            thread.join();
    }

    /// From here on the gateway belongs to the thread that answers.
    std::string ask(std::vector<std::string> words)
    {
        if (!thread.joinable())
            thread = std::thread{[this] { io.run(); }};
        words.insert(words.end(), {"--socket", path});
        const auto text = run(std::move(words));
        EXPECT_TRUE(text) << text.error().message;
        return text ? *text : std::string{};
    }

    runtime::TemporaryFolder folder;
    std::string path = folder.file("socket");
    api::doubles::FakeGateway gateway;
    api::Dispatcher dispatcher{gateway};
    asio::io_context io{1};
    std::optional<api::Server> server_;
    std::thread thread;
};

TEST_F(Online, JsonIsTheDaemonsAnswer)
{
    gateway.add_station(Stid::from_field(1), 7);
    EXPECT_EQ(Json::parse(ask({"version", "--json"})), version_document(gateway));
    EXPECT_EQ(Json::parse(ask({"verdicts", "--json"})), verdicts_document(gateway));
    EXPECT_EQ(Json::parse(ask({"stages", "--json"})), stages_document(gateway));
    EXPECT_EQ(Json::parse(ask({"ports", "-j"})), ports_document(gateway));
    EXPECT_EQ(Json::parse(ask({"health", "--json"})), health_document(gateway));
    Json state = state_document(gateway);
    state.erase("next");
    EXPECT_EQ(Json::parse(ask({"state", "--json"})), state);
    EXPECT_TRUE(Json::parse(ask({"counters", "--json"})).contains("api"));
}

TEST_F(Online, StateAsJsonIsTheSameBytesTwiceAndHoldsAllStations)
{
    for (std::uint16_t number = 1; number <= 300; ++number)
        gateway.add_station(Stid::from_field(number), 0xa7);
    const std::string first = ask({"state", "--json"});
    ask({"counters"});
    EXPECT_EQ(ask({"state", "--json"}), first);
    EXPECT_EQ(Json::parse(first)["stations"].size(), 300U);
    EXPECT_THAT(first, Not(HasSubstr("a7a7a7")));
}

TEST_F(Online, CountersAreATable)
{
    gateway.worker(0).stats.frames.add(1'234'567);
    gateway.worker(1).stats.frames.add(10);
    gateway.worker(1).stats.further_pdus.add(1);
    EXPECT_THAT(ask({"counters"}),
                AllOf(HasSubstr("counter            worker 0  worker 1      total\n"),
                      HasSubstr("rx                1,234,567        11  1,234,578\n"),
                      HasSubstr("frames            1,234,567        10  1,234,577\n"),
                      HasSubstr("pool    in_use"), HasSubstr("events  soft_limit")));
}

TEST_F(Online, VerdictsShowThoseThatHappened)
{
    EXPECT_EQ(ask({"verdicts"}), "no packet has come yet\n");
    const std::string all = ask({"verdicts", "--all"});
    EXPECT_THAT(all, AllOf(HasSubstr("forwarded"), HasSubstr("drop_tx_full")));
    EXPECT_EQ(std::ranges::count(all, '\n'), path::kVerdicts + 1);
    gateway.worker(0).stats.verdicts[static_cast<std::size_t>(path::Verdict::drop_icv)].add(2500);
    EXPECT_EQ(ask({"verdicts"}), "verdict   packets  meaning\n"
                                 "drop_icv    2,500  the ICV does not match\n");
}

TEST_F(Online, StagesAreCyclesAPacket)
{
    gateway.worker(1).costs.packets.add(2000);
    gateway.worker(1).costs.ticks[static_cast<std::size_t>(worker::Stage::commit)].add(51'000);
    EXPECT_THAT(ask({"stages"}), AllOf(HasSubstr("stage             worker 0  worker 1\n"),
                                       HasSubstr("commit                 0.0      25.5\n"),
                                       HasSubstr("total                  0.0      25.5\n"),
                                       HasSubstr("packets measured         0     2,000\n")));
}

TEST_F(Online, PortsAreColumns)
{
    gateway.port_views[1].enabled = false;
    EXPECT_THAT(ask({"ports"}),
                AllOf(HasSubstr("address             10.1.0.1/24        10.2.0.1/24\n"),
                      HasSubstr("link          up, 10,000 Mbit/s         out of use\n"),
                      HasSubstr("rx_packets                    7                  7\n")));
}

TEST_F(Online, StateIsATableOfTeks)
{
    EXPECT_EQ(ask({"state"}), "there is no station\n");
    gateway.add_station(Stid::from_field(0x123), 1);
    ASSERT_TRUE(gateway.key_tables().add_station({.stid = Stid::from_field(2)}));
    const std::string text = ask({"state"});
    EXPECT_THAT(text,
                HasSubstr("station 0.1       0  stid 0x123  -            1        1     1    1  "
                          "in use        1  mzone        2097152        0\n"));
    EXPECT_THAT(
        text, HasSubstr("station 1.1       0  stid 0x002  -            0        -     -    -  -"));
}

TEST_F(Online, VersionNamesBoth)
{
    EXPECT_THAT(ask({"version"}),
                AllOf(HasSubstr("aaigwctl 0.1.0\naaigwd 0.1.0, role abs, lab, process ")));
}

TEST_F(Online, HealthIsOkOrAnError)
{
    EXPECT_EQ(ask({"health"}), "ok\n");
    gateway.all_problems = {"worker 1 does not move", "port core has no link"};
    const auto ill = run({"health", "--socket", path});
    ASSERT_FALSE(ill);
    EXPECT_EQ(ill.error().code, ErrorCode::verification_failed);
    EXPECT_EQ(ill.error().message, "worker 1 does not move\nport core has no link");
    EXPECT_EQ(Json::parse(ask({"health", "-j"})), health_document(gateway));
}

TEST_F(Online, NoTableLetsATerminalBeDriven)
{
    gateway.port_views[0].name = "a\x1b[2Jb";
    EXPECT_THAT(ask({"ports"}), AllOf(HasSubstr("a?[2Jb"), Not(HasSubstr("\x1b"))));
}

/// Answers everything with the same bytes, and says no more after an answer without an end.
class Impostor {
  public:
    Impostor(const std::string& path, std::string answer)
        : place_{std::move(*api::ListeningSocket::claim(path))},
          thread_{[this, text = std::move(answer)](const std::stop_token& stop) {
              while (true) {
                  const runtime::UniqueFd client{::accept(place_.fd(), nullptr, nullptr)};
                  if (stop.stop_requested())
                      return;
                  char c = 0;
                  while (::recv(client.get(), &c, 1, 0) == 1) {
                      if (c != '\n')
                          continue;
                      ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
                      if (!text.ends_with('\n'))
                          break;
                  }
              }
          }}
    {
    }
    ~Impostor()
    {
        thread_.request_stop();
        ::shutdown(place_.fd(), SHUT_RDWR);
    }
    Impostor(const Impostor&) = delete;
    Impostor& operator=(const Impostor&) = delete;

  private:
    api::ListeningSocket place_;
    std::jthread thread_;
};

TEST(OnlineRefusals, WhatTheDaemonShouldNotAnswerIsAnErrorAndNoCrash)
{
    const runtime::TemporaryFolder folder;
    const std::string path = folder.file("socket");
    for (const std::string& result :
         {std::string{"{}"}, std::string{"null"}, std::string{"[]"}, std::string{"7"},
          std::string{R"({"workers":[{}],"ports":[],"stations":[{}],"next":null,"verdicts":[1]})"},
          std::string{R"({"workers":[],"ports":[],"stations":5,"next":3,"verdicts":{}})"},
          std::string{R"({"stations":[],"next":0,"problems":5})"}}) {
        const Impostor impostor{path, R"({"jsonrpc":"2.0","id":1,"result":)" + result + "}\n"};
        for (const Command* command : commands()) {
            if (command->kind != CommandKind::online || command->path == "version")
                continue;
            const auto text = run({std::string{command->path}, "--socket", path});
            ASSERT_FALSE(text) << command->path << ' ' << result << ' ' << *text;
            EXPECT_EQ(text.error().code, ErrorCode::malformed) << text.error().message;
        }
    }
}

TEST(OnlineRefusals, BytesThatAreNoAnswerAreAnError)
{
    const runtime::TemporaryFolder folder;
    const std::string path = folder.file("socket");
    for (const std::string_view answer : {"", "\n", "x\n", "{}\n", "half a line"}) {
        const Impostor impostor{path, std::string{answer}};
        const auto text = run({"counters", "--socket", path});
        ASSERT_FALSE(text);
        EXPECT_THAT(text.error().message,
                    HasSubstr(answer.ends_with('\n') ? "protocol" : "closed"));
    }
}

TEST(OnlineRefusals, ADaemonThatIsNotThereIsUnavailable)
{
    const runtime::TemporaryFolder folder;
    for (const Command* command : commands()) {
        if (command->kind != CommandKind::online)
            continue;
        const auto text = run({std::string{command->path}, "--socket", folder.file("none")});
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().code, ErrorCode::unavailable);
        EXPECT_THAT(text.error().message,
                    AllOf(HasSubstr("aaigwd is not running"), Not(HasSubstr("none"))));
    }
}

TEST(OnlineRefusals, OptionsAreChecked)
{
    const auto refusal = [](std::vector<std::string> words) {
        const auto text = run(std::move(words));
        return text ? std::string{"not refused"} : text.error().message;
    };
    EXPECT_EQ(refusal({"counters", "--engine", "openssl"}), "--engine: unknown option");
    EXPECT_EQ(refusal({"--engine", "openssl", "counters"}),
              "--engine: the command uses no cryptography");
    EXPECT_EQ(refusal({"counters", "--all"}), "--all: unknown option");
    EXPECT_EQ(refusal({"counters", "--socket", std::string(108, 'x')}),
              "--socket: the path of a socket has 1 to 107 characters");
    EXPECT_EQ(refusal({"counters", "--socket", ""}), "--socket: its value is empty");
    EXPECT_EQ(refusal({"counters", "-j", "--json"}), "--json: given more than once");
    EXPECT_EQ(refusal({"counters", "-j1"}), "-1: unknown option");
    EXPECT_THAT(refusal({"counters", "-j00112233"}), Not(HasSubstr("0011")));
}

} // namespace
} // namespace aaigw::ctl
