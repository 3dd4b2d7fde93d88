// Requests and answers as lines: what is taken, and that everything else is refused with the right number.
#include "control/api/rpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aaigw::api {
namespace {

using testing::HasSubstr;

RpcErrorCode code_of(std::string_view line)
{
    const auto request = parse_request(line);
    EXPECT_FALSE(request) << line;
    return request ? RpcErrorCode{} : request.error().error.code;
}

/// `depth` objects in each other, the request among them.
std::string nested(std::size_t depth)
{
    std::string text = R"({"jsonrpc":"2.0","id":1,"method":"m","params":)";
    for (std::size_t i = 2; i < depth; ++i)
        text += R"({"a":)";
    return text + "{}" + std::string(depth - 1, '}');
}

TEST(Rpc, ReadsARequest)
{
    const auto request =
        parse_request(R"( {"jsonrpc":"2.0","id":7,"method":"state","params":{"from":3}} )"
                      "\r");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->id, 7);
    EXPECT_TRUE(request->wants_answer);
    EXPECT_EQ(request->method, "state");
    EXPECT_EQ(request->params, Json({{"from", 3}}));
}

TEST(Rpc, ParamsMayBeLeftOutAndTheIdMayBeATextOrNull)
{
    const auto text = parse_request(R"({"jsonrpc":"2.0","id":"a\u00e9\n","method":"m"})");
    ASSERT_TRUE(text);
    EXPECT_EQ(text->params, Json::object());
    EXPECT_EQ(answer_line(text->id, 1),
              "{\"jsonrpc\":\"2.0\",\"id\":\"a\\u00e9\\n\",\"result\":1}\n");
    const auto null = parse_request(R"({"jsonrpc":"2.0","id":null,"method":"m"})");
    ASSERT_TRUE(null);
    EXPECT_TRUE(null->wants_answer);
}

TEST(Rpc, ARequestWithoutIdIsANotification)
{
    const auto request = parse_request(R"({"jsonrpc":"2.0","method":"m"})");
    ASSERT_TRUE(request);
    EXPECT_FALSE(request->wants_answer);
}

TEST(Rpc, RefusesWhatIsNotJson)
{
    for (const std::string_view line :
         {"", " ", "x", "{", "}", "{}{}", R"({"jsonrpc":"2.0",})", "[1", "\"", "\"\\", "nul", "1e",
          R"({"jsonrpc":"2.0","id":1,"method":"m"} x)", "{\"a\":\"\xff\"}", "{\"a\":\"\n\"}"})
        EXPECT_EQ(code_of(line), RpcErrorCode::parse_error) << line;
    EXPECT_EQ(code_of(std::string_view{"{}\0", 3}), RpcErrorCode::parse_error);
}

TEST(Rpc, RefusesWhatIsNoRequest)
{
    for (const std::string_view line :
         {"{}", "[]", "1", "null", "\"state\"", R"([{"jsonrpc":"2.0","id":1,"method":"m"}])",
          R"({"jsonrpc":"1.0","id":1,"method":"m"})", R"({"jsonrpc":2.0,"id":1,"method":"m"})",
          R"({"id":1,"method":"m"})", R"({"jsonrpc":"2.0","id":1})",
          R"({"jsonrpc":"2.0","id":1,"method":5})", R"({"jsonrpc":"2.0","id":1.5,"method":"m"})",
          R"({"jsonrpc":"2.0","id":{},"method":"m"})",
          R"({"jsonrpc":"2.0","id":true,"method":"m"})",
          R"({"jsonrpc":"2.0","id":1,"method":"m","more":1})"})
        EXPECT_EQ(code_of(line), RpcErrorCode::invalid_request) << line;
    for (const std::string_view params : {"[]", "[1]", "1", "null", "\"\""})
        EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" +
                          std::string{params} + "}"),
                  RpcErrorCode::invalid_params);
}

TEST(Rpc, ARefusalKeepsTheIdWhenThereIsOne)
{
    const auto refused = parse_request(R"({"jsonrpc":"2.0","id":"x","method":5})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().id, "x");
}

TEST(Rpc, RefusesMoreThanTheAllowedDepth)
{
    EXPECT_TRUE(parse_request(nested(kMaxDepth)));
    EXPECT_EQ(code_of(nested(kMaxDepth + 1)), RpcErrorCode::parse_error);
    EXPECT_EQ(code_of(std::string(kMaxRequestBytes, '[')), RpcErrorCode::parse_error);
    // Brackets in a text are no depth, and the quote in it does not end it.
    const std::string text = R"("\"\\[[[[[[[[[[[[[[[[[[[[{{{{{")";
    EXPECT_TRUE(parse_request(R"({"jsonrpc":"2.0","id":)" + text + R"(,"method":"m"})"));
}

TEST(Rpc, RefusesMoreThanTheAllowedSize)
{
    const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"m"})";
    const std::string longest = request + std::string(kMaxRequestBytes - request.size(), ' ');
    EXPECT_TRUE(parse_request(longest));
    EXPECT_EQ(code_of(longest + " "), RpcErrorCode::too_large);
}

TEST(Rpc, AnErrorIsOneLine)
{
    EXPECT_EQ(error_line(nullptr, {RpcErrorCode::parse_error, "no\n"}),
              R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no\n"}})"
              "\n");
}

TEST(Rpc, ARequestAndItsAnswerFitTogether)
{
    const std::string line = request_line("state", {{"from", 1}});
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto request = parse_request(line);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "state");
    const auto result = parse_answer(answer_line(request->id, {{"a", 1}}));
    ASSERT_TRUE(result);
    EXPECT_EQ(*result, Json({{"a", 1}}));
    const auto error = parse_answer(error_line(request->id, {RpcErrorCode::too_large, "so big"}));
    ASSERT_FALSE(error);
    EXPECT_EQ(error.error().code, ErrorCode::io);
    EXPECT_EQ(error.error().message, "so big");
}

TEST(Rpc, AnAnswerThatIsNoneIsMalformed)
{
    for (const std::string_view line :
         {"", "x", "[]", "1", "{}", R"({"jsonrpc":"2.0","id":1})", R"({"id":2,"result":1})",
          R"({"result":1})", R"({"id":1,"error":1})", R"({"id":1,"error":{}})",
          R"({"id":1,"error":{"message":1}})"}) {
        const auto result = parse_answer(line);
        ASSERT_FALSE(result) << line;
        EXPECT_EQ(result.error().code, ErrorCode::malformed) << line;
    }
}

} // namespace
} // namespace aaigw::api
