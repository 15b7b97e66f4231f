// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/simulated_bpu.hpp"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdlib>
#include <string>
#include <thread>

#include "ucp/messages.hpp"
#include "ucp/service_thread.hpp"
#include "ucp/trace.hpp"

namespace hbm_sim {
namespace {

// How long the exit of the process waits for networks that are being computed, and how often it checks.
constexpr std::int64_t kLongestEndNs = 5'000'000'000;
constexpr std::chrono::milliseconds kEndPoll{1};

constexpr std::uint64_t kNamedCores = HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_1 | HB_UCP_BPU_CORE_2 | HB_UCP_BPU_CORE_3;

int count_bits(std::uint32_t mask) { return __builtin_popcount(mask); }

template <typename Visit>
void for_each_core(std::uint32_t mask, Visit visit) {
  for (; mask != 0; mask &= mask - 1) {
    visit(__builtin_ctz(mask));
  }
}

bool goes_before(const SubTask* a, const SubTask* b) {
  const hbUCPSchedParam& of_a = a->task->sched;
  const hbUCPSchedParam& of_b = b->task->sched;
  if (of_a.priority != of_b.priority) {
    return of_a.priority > of_b.priority;
  }
  if (of_a.customId != of_b.customId) {
    return of_a.customId < of_b.customId;
  }
  return a->arrival < b->arrival;
}

/// Room for `count` elements; grows as push_back() would.
void make_room(std::vector<SubTask*>& list, std::size_t count) {
  if (list.capacity() < count) {
    list.reserve(std::max(count, 2 * list.capacity()));
  }
}

std::int64_t declared_ns(const JobTraits& traits) {
  return traits.keeps_latency || configuration().model_timing ? traits.latency_us * 1000 : 0;
}

}  // namespace

SimulatedBpu& SimulatedBpu::instance() {
  // Never destroyed: its threads run until the process ends.
  static SimulatedBpu* device = new SimulatedBpu;
  return *device;
}

SimulatedBpu::SimulatedBpu() : core_count_(configuration().soc.core_count) {}

std::int32_t SimulatedBpu::resolve_cores(const JobTraits& traits, std::uint64_t backend, std::uint32_t* mask) {
  const SocProfile& soc = configuration().soc;
  const std::uint32_t existing = (1u << soc.core_count) - 1;
  const bool any = backend == HB_UCP_CORE_ANY || (backend & HB_UCP_BPU_CORE_ANY) != 0;
  const auto named = static_cast<std::uint32_t>(backend & kNamedCores);
  if (traits.bpu_cores > 1) {
    if (any || (named & ~existing) != 0 || count_bits(named) != traits.bpu_cores) {
      return hbm_sim_fail(
          HB_UCP_INVALID_ARGUMENT,
          "model '%s' is compiled for %d BPU cores: the backend must name exactly %d of the %d cores of "
          "%s, got 0x%" PRIx64,
          traits.model, traits.bpu_cores, traits.bpu_cores, soc.core_count, soc.name, backend);
    }
    *mask = named;
    return HB_UCP_SUCCESS;
  }
  *mask = any ? existing : named & existing;
  if (*mask == 0) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT,
                        "model '%s' has no proper backend: %s has BPU cores 0 to %d, the caller asks for 0x%" PRIx64,
                        traits.model, soc.name, soc.core_count - 1, backend);
  }
  return HB_UCP_SUCCESS;
}

void SimulatedBpu::start_threads() {
  for (; started_ < core_count_; ++started_) {
    start_service_thread("bpu-core-" + std::to_string(started_), [this, core = started_] { work(core); });
  }
}

void SimulatedBpu::prepare(std::size_t count) {
  const std::lock_guard lock(mutex_);
  if (started_ < core_count_) {
    Trace::instance();
    start_threads();
    std::atexit([] { SimulatedBpu::instance().finish_computing(); });
  }
  in_flight_ += count;
  try {
    make_room(queue_, in_flight_);
    for (Core& core : cores_) {
      make_room(core.dispatched, in_flight_);
    }
  } catch (...) {
    in_flight_ -= count;
    throw;
  }
}

void SimulatedBpu::submit(Task& task) {
  const std::int64_t now = now_ns();
  std::unique_lock lock(mutex_);
  for (SubTask& sub_task : task.sub_tasks) {
    sub_task.arrival = arrivals_++;
    sub_task.ready_ns = now;
    sub_task.remaining_ns = declared_ns(sub_task.job->traits());
    queue_.insert(std::upper_bound(queue_.begin(), queue_.end(), &sub_task, goes_before), &sub_task);
  }
  dispatch();
  unlock_and_signal(lock);
}

void SimulatedBpu::dispatch() {
  std::uint32_t withheld = 0;  // cores that a sub-task further ahead waits for
  auto kept = queue_.begin();
  for (SubTask* sub_task : queue_) {
    const std::uint32_t cores = choose_cores(*sub_task, withheld);
    if (cores != 0) {
      give(*sub_task, cores);
    } else {
      // A model of several cores would starve if later tasks took each core that becomes free.
      if (sub_task->job->traits().bpu_cores > 1) {
        withheld |= sub_task->allowed_cores;
      }
      *kept++ = sub_task;
    }
  }
  queue_.erase(kept, queue_.end());
}

bool SimulatedBpu::has_room(const Core& core, const SubTask& sub_task) const {
  if (sub_task.task->preemption_class() > 0) {
    return true;
  }
  const auto ordinary = std::count_if(core.dispatched.begin(), core.dispatched.end(),
                                      [](const SubTask* other) { return other->task->preemption_class() == 0; });
  return ordinary < configuration().dispatch_ahead;
}

std::int64_t SimulatedBpu::load_ns(const Core& core, std::int32_t at_least_class) const {
  std::int64_t load = 0;
  for (const SubTask* sub_task : core.dispatched) {
    // Where no time is declared, the number of sub-tasks decides.
    if (sub_task->task->preemption_class() >= at_least_class) {
      load += std::max<std::int64_t>(sub_task->remaining_ns, 1);
    }
  }
  return load;
}

std::uint32_t SimulatedBpu::choose_cores(const SubTask& sub_task, std::uint32_t withheld) const {
  if (sub_task.job->traits().bpu_cores > 1) {
    bool room = (sub_task.allowed_cores & withheld) == 0;
    for_each_core(sub_task.allowed_cores, [&](int core) { room = room && has_room(cores_[core], sub_task); });
    return room ? sub_task.allowed_cores : 0;
  }
  // Compares first the time of the tasks that it cannot overtake, then that of all tasks of the core.
  const std::int32_t own_class = sub_task.task->preemption_class();
  std::uint32_t best = 0;
  std::pair<std::int64_t, std::int64_t> best_load{};
  for_each_core(sub_task.allowed_cores & ~withheld, [&](int index) {
    const Core& core = cores_[index];
    if (!has_room(core, sub_task)) {
      return;
    }
    const std::pair<std::int64_t, std::int64_t> load{load_ns(core, own_class), load_ns(core, 0)};
    if (best == 0 || load < best_load) {
      best = 1u << index;
      best_load = load;
    }
  });
  return best;
}

void SimulatedBpu::give(SubTask& sub_task, std::uint32_t cores) {
  sub_task.cores = cores;
  // Classes that preempt do not wait in the queue, so they are ordered here. A task that has begun continues first.
  const std::int32_t own_class = sub_task.task->preemption_class();
  const auto goes_behind = [&](const SubTask* other) {
    const std::int32_t other_class = other->task->preemption_class();
    if (other_class != own_class) {
      return other_class < own_class;
    }
    return own_class > 0 && other->pieces == 0 && goes_before(&sub_task, other);
  };
  for_each_core(cores, [&](int index) {
    std::vector<SubTask*>& dispatched = cores_[index].dispatched;
    const auto place = std::find_if(dispatched.begin(), dispatched.end(), goes_behind);
    dispatched.insert(place, &sub_task);
  });
  wake(cores);
}

void SimulatedBpu::wake(std::uint32_t cores) {
  for_each_core(cores, [&](int index) {
    const SubTask* running = cores_[index].occupied_by;
    // A busy core takes its next task by itself; it is signaled only to be preempted.
    if (running == nullptr) {
      to_signal_ |= 1u << index;
    } else if (must_yield(*running)) {
      to_signal_ |= 1u << running->leader;
    }
  });
}

void SimulatedBpu::unlock_and_signal(std::unique_lock<std::mutex>& lock) {
  const std::uint32_t cores = to_signal_;
  const std::size_t waiting = queue_.size();
  to_signal_ = 0;
  lock.unlock();
  for_each_core(cores, [&](int index) { cores_[index].signal.increment(); });
  if (Trace::instance().enabled()) {
    Trace::instance().queue_length(waiting);
  }
}

SubTask* SimulatedBpu::claim(std::int32_t index) {
  Core& core = cores_[index];
  if (core.occupied_by != nullptr || core.dispatched.empty()) {
    return nullptr;
  }
  SubTask* next = core.dispatched.front();
  bool ready = true;
  for_each_core(next->cores, [&](int other) {
    ready = ready && cores_[other].occupied_by == nullptr && cores_[other].dispatched.front() == next;
  });
  if (!ready) {
    return nullptr;
  }
  for_each_core(next->cores, [&](int other) { cores_[other].occupied_by = next; });
  next->leader = index;
  ++next->pieces;
  return next;
}

bool SimulatedBpu::must_yield(const SubTask& sub_task) const {
  const std::int32_t own_class = sub_task.task->preemption_class();
  bool yield = false;
  for_each_core(sub_task.cores, [&](int index) {
    yield = yield || cores_[index].dispatched.front()->task->preemption_class() > own_class;
  });
  return yield;
}

void SimulatedBpu::work(std::int32_t index) {
  Core& core = cores_[index];
  for (;;) {
    const std::uint32_t ticket = core.signal.value();
    SubTask* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      next = claim(index);
    }
    if (next == nullptr) {
      core.signal.wait_while(ticket);
    } else {
      run_piece(*next);
    }
  }
}

std::int64_t SimulatedBpu::start_of(const SubTask& sub_task) const {
  std::int64_t start = sub_task.ready_ns;
  for_each_core(sub_task.cores, [&](int index) { start = std::max(start, cores_[index].free_ns); });
  return start;
}

void SimulatedBpu::run_piece(SubTask& sub_task) {
  const std::int64_t start = start_of(sub_task);
  std::int64_t end = start + sub_task.remaining_ns;
  if (!sub_task.computed) {
    const std::int64_t computed_ns = compute(sub_task);
    sub_task.computed = true;
    // A failed task does not take its declared time.
    end = sub_task.status == HB_UCP_SUCCESS ? std::max(end, start + computed_ns) : start + computed_ns;
  }
  const bool preempted = sub_task.status == HB_UCP_SUCCESS && hold_until(sub_task, start, &end);
  if (Trace::instance().enabled()) {
    Trace::instance().piece(sub_task, start, end, preempted);
  }

  std::unique_lock lock(mutex_);
  for_each_core(sub_task.cores, [&](int index) {
    Core& core = cores_[index];
    core.occupied_by = nullptr;
    core.free_ns = end;
    core.busy_ns.fetch_add(end - start);
    if (!preempted) {
      core.dispatched.erase(std::find(core.dispatched.begin(), core.dispatched.end(), &sub_task));
    }
  });
  if (preempted) {
    // It keeps its place among the tasks of its class and continues later.
    sub_task.remaining_ns -= end - start;
  } else {
    --in_flight_;
    dispatch();
  }
  wake(sub_task.cores & ~(1u << sub_task.leader));
  unlock_and_signal(lock);
  if (!preempted) {
    sub_task.task->finish(sub_task);
  }
}

std::int64_t SimulatedBpu::compute(SubTask& sub_task) {
  const std::int64_t before = now_ns();
  // The counter is incremented before ending_ is read, and finish_computing() sets ending_ before it reads the counter.
  computing_.fetch_add(1);
  if (ending_.load()) {
    set_last_error("not run, because the process is ending");
    sub_task.status = HB_UCP_TASK_RUN_FAILED;
  } else {
    sub_task.status = sub_task.job->execute(sub_task.leader);
  }
  computing_.fetch_sub(1);
  return now_ns() - before;
}

void SimulatedBpu::finish_computing() {
  ending_.store(true);
  const std::int64_t give_up_ns = now_ns() + kLongestEndNs;
  while (computing_.load() > 0 && now_ns() < give_up_ns) {
    std::this_thread::sleep_for(kEndPoll);
  }
}

bool SimulatedBpu::hold_until(const SubTask& sub_task, std::int64_t start_ns, std::int64_t* end_ns) {
  const std::int64_t call_ns = sub_task.job->traits().max_time_per_fc_us * 1000;
  const bool divisible = call_ns > 0 && sub_task.remaining_ns > call_ns;
  Event& signal = cores_[sub_task.leader].signal;
  for (;;) {
    const std::uint32_t ticket = signal.value();
    if (divisible) {
      const std::lock_guard lock(mutex_);
      if (must_yield(sub_task)) {
        const std::int64_t elapsed = std::max<std::int64_t>(now_ns() - start_ns, 1);
        const std::int64_t boundary = start_ns + (elapsed + call_ns - 1) / call_ns * call_ns;
        if (boundary < *end_ns) {
          *end_ns = boundary;
          break;
        }
      }
    }
    if (!signal.wait_while(ticket, *end_ns)) {
      return false;
    }
    if (now_ns() >= *end_ns) {
      return false;
    }
  }
  while (now_ns() < *end_ns) {
    signal.wait_while(signal.value(), *end_ns);
  }
  return true;
}

void SimulatedBpu::run_inline(SubTask& sub_task) {
  sub_task.cores = sub_task.allowed_cores;
  if (sub_task.job->traits().bpu_cores == 1) {
    sub_task.cores &= ~sub_task.cores + 1;
  }
  sub_task.leader = __builtin_ctz(sub_task.cores);
  sub_task.pieces = 1;
  sub_task.remaining_ns = declared_ns(sub_task.job->traits());
  const std::int64_t start = now_ns();
  sub_task.status = sub_task.job->execute(sub_task.leader);
  if (sub_task.remaining_ns > 0) {
    Event nobody;
    nobody.wait_while(0, start + sub_task.remaining_ns);
  }
  const std::int64_t end = now_ns();
  for_each_core(sub_task.cores, [&](int index) { cores_[index].busy_ns.fetch_add(end - start); });
  if (Trace::instance().enabled()) {
    Trace::instance().piece(sub_task, start, end, false);
  }
}

}  // namespace hbm_sim
