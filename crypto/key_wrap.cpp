#include "crypto/key_wrap.h"

#include "common/check.h"
#include "crypto/secret.h"

#include <openssl/evp.h>

#include <memory>

namespace aaigw::crypto {

namespace {

constexpr std::size_t kMinKeyBytes = 16;
constexpr std::size_t kMaxKeyBytes = 64;

bool is_key_size(std::size_t size) noexcept
{
    return size % 8 == 0 && size >= kMinKeyBytes && size <= kMaxKeyBytes;
}

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

enum class Direction : int { unwrap = 0, wrap = 1 };

bool run(AesKeyView kek, Direction direction, Bytes in, MutableBytes out)
{
    const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
    AAIGW_CHECK(context != nullptr);
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    AAIGW_CHECK(EVP_CipherInit_ex2(context.get(), EVP_aes_128_wrap(), kek.data(), nullptr,
                                   static_cast<int>(direction), nullptr) == 1);
    int size = 0;
    return EVP_CipherUpdate(context.get(), out.data(), &size, in.data(),
                            static_cast<int>(in.size())) == 1 &&
           static_cast<std::size_t>(size) == out.size();
}

} // namespace

void key_wrap(AesKeyView kek, Bytes key, MutableBytes wrapped)
{
    AAIGW_CHECK(is_key_size(key.size()) && wrapped.size() == key.size() + kKeyWrapOverhead);
    AAIGW_CHECK(run(kek, Direction::wrap, key, wrapped));
}

Result<void> key_unwrap(AesKeyView kek, Bytes wrapped, MutableBytes key)
{
    if (wrapped.size() < kKeyWrapOverhead || !is_key_size(wrapped.size() - kKeyWrapOverhead))
        return fail(ErrorCode::invalid_argument,
                    "wrapped key: not a multiple of 8 bytes between 24 and 72");
    AAIGW_CHECK(key.size() == wrapped.size() - kKeyWrapOverhead);
    if (run(kek, Direction::unwrap, wrapped, key))
        return {};
    wipe(key);
    return fail(ErrorCode::verification_failed,
                "wrapped key: the integrity check value does not match");
}

} // namespace aaigw::crypto
