// The reference implementation of the primitives, on OpenSSL 3 EVP.
#include "common/check.h"
#include "crypto/provider.h"
#include "crypto/secret.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

namespace aaigw::crypto {

namespace {

struct Free {
    void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
    void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};

template <class T>
using Owned = std::unique_ptr<T, Free>;

template <class T>
Owned<T> owned(T* pointer)
{
    AAIGW_CHECK(pointer != nullptr);
    return Owned<T>{pointer};
}

enum class Direction : int { decrypt = 0, encrypt = 1 };

class OpensslProvider final : public Provider {
  public:
    std::string_view name() const noexcept override { return "openssl"; }

    void cmac(std::span<const CmacRequest> batch) override
    {
        char cipher[] = "AES-128-CBC";
        const OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
            OSSL_PARAM_construct_end()};
        for (const CmacRequest& request : batch)
            mac(*cmac_, params, request.key, request.message, request.mac);
    }

    void encrypt_blocks(std::span<const BlockRequest> batch) override
    {
        for (const BlockRequest& request : batch) {
            const auto context = start(*ecb_, request.key, nullptr);
            AAIGW_CHECK(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
            int size = 0;
            AAIGW_CHECK(EVP_EncryptUpdate(context.get(), request.output.data(), &size,
                                          request.input.data(), kAesBlockBytes) == 1 &&
                        size == kAesBlockBytes);
        }
    }

    void hmac(HashKind hash, Bytes key, Bytes message, MutableBytes out) override
    {
        AAIGW_CHECK(out.size() == digest_bytes(hash));
        char sha1[] = "SHA1";
        char sha256[] = "SHA256";
        const OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                             hash == HashKind::sha1 ? sha1 : sha256, 0),
            OSSL_PARAM_construct_end()};
        mac(*hmac_, params, key, message, out);
    }

    void ccm_protect(const CcmRequest& request) override
    {
        const auto context = start_ccm(request, Direction::encrypt);
        AAIGW_CHECK(update(context.get(), request.data));
        AAIGW_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                        static_cast<int>(request.icv.size()),
                                        request.icv.data()) == 1);
    }

    bool ccm_unprotect(const CcmRequest& request) override
    {
        const auto context = start_ccm(request, Direction::decrypt);
        if (update(context.get(), request.data))
            return true;
        wipe(request.data);
        return false;
    }

    void ctr(AesKeyView key, const AesBlock& first_counter, MutableBytes data) override
    {
        if (!data.empty())
            AAIGW_CHECK(update(start(*ctr_, key, first_counter.data()).get(), data));
    }

  private:
    static void mac(EVP_MAC& algorithm, const OSSL_PARAM* params, Bytes key, Bytes message,
                    MutableBytes out)
    {
        static constexpr std::uint8_t kEmpty = 0; // EVP_MAC_init takes a null key for "as before"
        const auto context = owned(EVP_MAC_CTX_new(&algorithm));
        std::size_t size = 0;
        AAIGW_CHECK(EVP_MAC_init(context.get(), key.empty() ? &kEmpty : key.data(), key.size(),
                                 params) == 1);
        AAIGW_CHECK(EVP_MAC_update(context.get(), message.data(), message.size()) == 1);
        AAIGW_CHECK(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1 &&
                    size == out.size());
    }

    static Owned<EVP_CIPHER_CTX> start(const EVP_CIPHER& cipher, AesKeyView key,
                                       const std::uint8_t* iv)
    {
        auto context = owned(EVP_CIPHER_CTX_new());
        AAIGW_CHECK(EVP_EncryptInit_ex2(context.get(), &cipher, key.data(), iv, nullptr) == 1);
        return context;
    }

    Owned<EVP_CIPHER_CTX> start_ccm(const CcmRequest& request, Direction direction)
    {
        AAIGW_CHECK(request.icv.size() == 4 || request.icv.size() == 8);
        AAIGW_CHECK(request.data.size() <= 0xffff);
        auto context = owned(EVP_CIPHER_CTX_new());
        EVP_CIPHER_CTX* raw = context.get();
        const int encrypt = static_cast<int>(direction);
        AAIGW_CHECK(EVP_CipherInit_ex2(raw, ccm_.get(), nullptr, nullptr, encrypt, nullptr) == 1);
        AAIGW_CHECK(EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_SET_IVLEN, kCcmNonceBytes, nullptr) ==
                    1);
        AAIGW_CHECK(EVP_CIPHER_CTX_ctrl(
                        raw, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(request.icv.size()),
                        direction == Direction::encrypt ? nullptr : request.icv.data()) == 1);
        AAIGW_CHECK(EVP_CipherInit_ex2(raw, nullptr, request.key.data(), request.nonce.data(),
                                       encrypt, nullptr) == 1);
        return context;
    }

    /// All of the data in one call, as CCM demands. False: the ICV did not match.
    static bool update(EVP_CIPHER_CTX* context, MutableBytes data)
    {
        std::uint8_t empty = 0; // a null output would mean "associated data" to OpenSSL
        std::uint8_t* place = data.empty() ? &empty : data.data();
        int size = 0;
        return EVP_CipherUpdate(context, place, &size, place, static_cast<int>(data.size())) == 1;
    }

    Owned<EVP_CIPHER> ccm_ = owned(EVP_CIPHER_fetch(nullptr, "AES-128-CCM", nullptr));
    Owned<EVP_CIPHER> ctr_ = owned(EVP_CIPHER_fetch(nullptr, "AES-128-CTR", nullptr));
    Owned<EVP_CIPHER> ecb_ = owned(EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr));
    Owned<EVP_MAC> cmac_ = owned(EVP_MAC_fetch(nullptr, "CMAC", nullptr));
    Owned<EVP_MAC> hmac_ = owned(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
};

} // namespace

std::unique_ptr<Provider> make_openssl_provider()
{
    return std::make_unique<OpensslProvider>();
}

} // namespace aaigw::crypto
