// From a request's line to its answer's: every method of the table, parameters, and the counting of both.
#include "control/api/dispatcher.h"
#include "control/api/documents.h"
#include "tests/doubles/fake_gateway.h"

#include <gtest/gtest.h>

namespace aaigw::api {
namespace {

struct DispatcherTest : testing::Test {
    Json ask(std::string_view method, const Json& params = Json::object())
    {
        const auto line = dispatcher.answer(request_line(method, params));
        return line ? Json::parse(*line) : Json{};
    }
    int refusal(std::string_view method, const Json& params = Json::object())
    {
        const Json answer = ask(method, params);
        EXPECT_FALSE(answer.contains("result"));
        return answer["error"]["code"].get<int>();
    }

    doubles::FakeGateway gateway;
    Dispatcher dispatcher{gateway};
};

TEST_F(DispatcherTest, EveryMethodOfTheTableAnswers)
{
    ASSERT_EQ(methods().size(), 7U);
    for (const MethodDescription& method : methods()) {
        const Json answer = ask(method.name);
        EXPECT_EQ(answer["jsonrpc"], "2.0");
        EXPECT_EQ(answer["id"], 1);
        EXPECT_TRUE(answer["result"].is_object()) << method.name;
        EXPECT_FALSE(method.sentence.empty());
    }
    EXPECT_EQ(dispatcher.counters().answered, 7U);
    EXPECT_EQ(dispatcher.counters().refused, 0U);
}

TEST_F(DispatcherTest, MethodsAreTheirDocuments)
{
    EXPECT_EQ(ask("version")["result"], version_document(gateway));
    EXPECT_EQ(ask("verdicts")["result"], verdicts_document(gateway));
    EXPECT_EQ(ask("stages")["result"], stages_document(gateway));
    EXPECT_EQ(ask("state")["result"], state_document(gateway));
    EXPECT_EQ(ask("ports")["result"], ports_document(gateway));
    EXPECT_EQ(ask("health")["result"], health_document(gateway));
}

TEST_F(DispatcherTest, StateIsTheSameBytesTwice)
{
    const std::string request = request_line("state", Json::object());
    const auto first = dispatcher.answer(request);
    ask("counters");
    ask("nonsense");
    EXPECT_EQ(dispatcher.answer(request), first);
}

TEST_F(DispatcherTest, CountersTellOfTheApiItself)
{
    refusal("nonsense");
    ask("state");
    dispatcher.counters().clients_dropped = 3;
    EXPECT_EQ(ask("counters")["result"]["api"], Json({{"answered", 1},
                                                      {"refused", 1},
                                                      {"clients", 0},
                                                      {"clients_refused", 0},
                                                      {"clients_dropped", 3}}));
}

TEST_F(DispatcherTest, StateTakesParameters)
{
    for (std::uint16_t number = 1; number <= 3; ++number)
        gateway.add_station(Stid::from_field(number), 1);
    const Json part = ask("state", {{"from", 1}, {"most", 1}})["result"];
    EXPECT_EQ(part["stations"].size(), 1U);
    EXPECT_EQ(part["next"], 2);
    EXPECT_EQ(part, state_document(gateway, 1, 1));
}

TEST_F(DispatcherTest, RefusesOtherMethodsAndParameters)
{
    EXPECT_EQ(refusal(""), -32601);
    EXPECT_EQ(refusal("State"), -32601);
    EXPECT_EQ(refusal("state "), -32601);
    EXPECT_EQ(refusal("state", {{"fro", 1}}), -32602);
    EXPECT_EQ(refusal("state", {{"", 1}}), -32602);
    EXPECT_EQ(refusal("state", {{"from most", 1}}), -32602);
    EXPECT_EQ(refusal("ports", {{"from", 1}}), -32602);
    EXPECT_EQ(refusal("state", {{"from", -1}}), -32602);
    EXPECT_EQ(refusal("state", {{"from", 1.5}}), -32602);
    EXPECT_EQ(refusal("state", {{"from", "1"}}), -32602);
    EXPECT_EQ(refusal("state", {{"most", 0}}), -32602);
    EXPECT_EQ(dispatcher.counters().refused, 11U);
    EXPECT_EQ(dispatcher.counters().answered, 0U);
}

TEST_F(DispatcherTest, NotificationsGetNoAnswer)
{
    EXPECT_FALSE(dispatcher.answer(R"({"jsonrpc":"2.0","method":"state"})"));
    EXPECT_FALSE(dispatcher.answer(R"({"jsonrpc":"2.0","method":"nonsense"})"));
    EXPECT_EQ(dispatcher.counters().answered, 1U);
    EXPECT_EQ(dispatcher.counters().refused, 1U);
}

TEST_F(DispatcherTest, WhatIsNoRequestGetsAnErrorAndIsCounted)
{
    for (const std::string_view line : {"", "x", "[]", "{}"}) {
        const auto answer = dispatcher.answer(line);
        ASSERT_TRUE(answer);
        EXPECT_TRUE(Json::parse(*answer).contains("error"));
    }
    EXPECT_EQ(dispatcher.counters().refused, 4U);
}

} // namespace
} // namespace aaigw::api
