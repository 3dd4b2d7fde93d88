#include "dataplane/rcu/rcu.h"

#include "common/happens_before.h"

#include <urcu-qsbr.h>

#include <thread>
#include <utility>

namespace aaigw::rcu {

ReaderThread::ReaderThread()
{
    urcu_qsbr_register_thread();
}

ReaderThread::~ReaderThread()
{
    urcu_qsbr_unregister_thread();
}

void ReaderThread::quiescent() noexcept
{
    urcu_qsbr_quiescent_state();
}

void ReaderThread::offline() noexcept
{
    urcu_qsbr_thread_offline();
}

void ReaderThread::online() noexcept
{
    urcu_qsbr_thread_online();
}

struct RcuReclaimer::Retired {
    ::rcu_head head{}; // first, so that call_rcu's pointer is ours
    RcuReclaimer* home = nullptr;
    void* object = nullptr;
    Destroy destroy = nullptr;

    Retired() = default;
    ~Retired() { destroy(object); }
    Retired(const Retired&) = delete;
    Retired& operator=(const Retired&) = delete;

    static void over(::rcu_head* head)
    {
        happens_after(head);
        std::unique_ptr<Retired> retired{reinterpret_cast<Retired*>(head)};
        RcuReclaimer* const home = retired->home;
        home->grace_period_over(std::move(retired));
    }
};

void RcuReclaimer::retire_raw(void* object, Destroy destroy)
{
    auto retired = std::make_unique<Retired>();
    retired->home = this;
    retired->object = object;
    retired->destroy = destroy;
    ++waiting_;
    // The library's queue orders this thread and the one that calls over().
    happens_before(&retired->head);
    urcu_qsbr_call_rcu(&retired.release()->head, &Retired::over);
}

void RcuReclaimer::grace_period_over(std::unique_ptr<Retired> object)
{
    const std::scoped_lock lock{mutex_};
    over_.push_back(std::move(object));
}

std::size_t RcuReclaimer::reap()
{
    std::vector<std::unique_ptr<Retired>> over;
    {
        const std::scoped_lock lock{mutex_};
        over.swap(over_);
    }
    if (!over.empty())
        fenced_.push_back({crypto::JobFence::now(), std::move(over)});
    // A later fence awaits at least what an earlier one does.
    while (!fenced_.empty() && fenced_.front().fence.passed()) {
        waiting_ -= fenced_.front().objects.size();
        fenced_.pop_front();
    }
    return waiting_;
}

RcuReclaimer::RcuReclaimer() = default;

RcuReclaimer::~RcuReclaimer()
{
    urcu_qsbr_barrier();
    while (reap() != 0)
        std::this_thread::yield();
}

} // namespace aaigw::rcu
