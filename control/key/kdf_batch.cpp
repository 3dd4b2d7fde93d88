#include "control/key/kdf_batch.h"

namespace aaigw::key {

void KdfBatch::run()
{
    crypto::dot16kdf(provider_, requests_);
    requests_.clear();
}

} // namespace aaigw::key
