// OpenSSL EVP, with a context for each key that keeps the expanded key between packets.
#include "bench/crypto/candidate.h"
#include "common/check.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace aaigw::bench {

namespace {

struct Free {
    void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
    void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

class OpensslCcmCandidate final : public Candidate {
  public:
    OpensslCcmCandidate(const Workload& workload, Operation operation)
        : workload_{workload}, encrypt_{operation == Operation::ccm_protect},
          ccm_{EVP_CIPHER_fetch(nullptr, "AES-128-CCM", nullptr)}
    {
        for (const RawKey& key : workload.keys()) {
            EVP_CIPHER_CTX* context = contexts_.emplace_back(EVP_CIPHER_CTX_new()).get();
            AAIGW_CHECK(
                EVP_CipherInit_ex2(context, ccm_.get(), nullptr, nullptr, encrypt_, nullptr) == 1);
            AAIGW_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN,
                                            crypto::kCcmNonceBytes, nullptr) == 1);
            AAIGW_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kIcvBytes, nullptr) ==
                        1);
            AAIGW_CHECK(
                EVP_CipherInit_ex2(context, nullptr, key.data(), nullptr, encrypt_, nullptr) == 1);
        }
    }

    std::string name() const override { return "EVP, a context per key"; }

    void run() override
    {
        const auto order = workload_.key_order();
        const auto length = static_cast<int>(workload_.payload_bytes());
        int size = 0;
        for (std::size_t i = 0; i < kPackets; ++i) {
            EVP_CIPHER_CTX* context = contexts_[order[i]].get();
            std::uint8_t* data = workload_.payload(i);
            if (encrypt_ == 0)
                AAIGW_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kIcvBytes,
                                                workload_.icv(i)) == 1);
            AAIGW_CHECK(EVP_CipherInit_ex2(context, nullptr, nullptr, workload_.nonce(i).data(),
                                           encrypt_, nullptr) == 1);
            AAIGW_CHECK(EVP_CipherUpdate(context, data, &size, data, length) == 1);
            if (encrypt_ == 1)
                AAIGW_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kIcvBytes,
                                                workload_.icv(i)) == 1);
        }
    }

  private:
    const Workload& workload_;
    int encrypt_;
    Owned<EVP_CIPHER> ccm_;
    std::vector<Owned<EVP_CIPHER_CTX>> contexts_;
};

class OpensslCmacCandidate final : public Candidate {
  public:
    explicit OpensslCmacCandidate(const Workload& workload)
        : workload_{workload}, cmac_{EVP_MAC_fetch(nullptr, "CMAC", nullptr)}
    {
        char cipher[] = "AES-128-CBC";
        const OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
            OSSL_PARAM_construct_end()};
        for (const RawKey& key : workload.keys()) {
            EVP_MAC_CTX* context = contexts_.emplace_back(EVP_MAC_CTX_new(cmac_.get())).get();
            AAIGW_CHECK(EVP_MAC_init(context, key.data(), key.size(), params) == 1);
        }
    }

    std::string name() const override { return "EVP_MAC, a context per key"; }

    void run() override
    {
        const auto order = workload_.key_order();
        crypto::AesBlock mac{};
        std::size_t size = 0;
        for (std::size_t i = 0; i < kPackets; ++i) {
            EVP_MAC_CTX* context = contexts_[order[i]].get();
            AAIGW_CHECK(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);
            AAIGW_CHECK(EVP_MAC_update(context, workload_.payload(i), workload_.payload_bytes()) ==
                        1);
            AAIGW_CHECK(EVP_MAC_final(context, mac.data(), &size, mac.size()) == 1);
        }
    }

  private:
    const Workload& workload_;
    Owned<EVP_MAC> cmac_;
    std::vector<Owned<EVP_MAC_CTX>> contexts_;
};

} // namespace

std::unique_ptr<Candidate> make_openssl_candidate(const Workload& workload, Operation operation)
{
    if (operation == Operation::cmac)
        return std::make_unique<OpensslCmacCandidate>(workload);
    return std::make_unique<OpensslCcmCandidate>(workload, operation);
}

} // namespace aaigw::bench
