"""What a long-running program relies on: nothing leaks, nothing is read after it was freed, threads run side by side."""

import gc
import os
import threading
import time
import tracemalloc
import unittest
import weakref

import numpy as np
from support import OUR_LIBRARY, Digits, lite, only_our_package, output_of

FORWARDS = 10_000
IMAGES, EXPECTED = np.ascontiguousarray(Digits.images[:1]), Digits.expected[:1]
MODEL = Digits.network()  # compiled once


def resident():
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def run(network, images=IMAGES):
    network.get_io_tensor("data").set_data_by_copy(images)
    network.forward()
    network.wait()
    return output_of(network).to_numpy()


class TestLeaks(unittest.TestCase):
    def steady(self, work, times, traced=1000, allowed=1 << 20):
        """Fails if `times` calls of `work` leave more memory behind than `allowed`, or Python objects."""
        for _ in range(times // 10):
            work()
        gc.collect()
        before = resident()
        for _ in range(times):
            work()
        gc.collect()
        grown = resident() - before
        self.assertLess(grown, allowed, f"{grown} bytes more after {times} times")

        tracemalloc.start()
        for _ in range(traced // 2):
            work()
        gc.collect()
        own = tracemalloc.Filter(False, tracemalloc.__file__)
        first = tracemalloc.take_snapshot().filter_traces([own])
        for _ in range(traced):
            work()
        gc.collect()
        last = tracemalloc.take_snapshot().filter_traces([own])
        growth = sum(each.size_diff for each in last.compare_to(first, "filename"))
        tracemalloc.stop()
        # Free lists grow by a few objects at first; a leak is an object (48 bytes) each time.
        self.assertLess(growth, 32 * traced, f"{growth} bytes of Python objects more after {traced} times")

    def test_forwards(self):
        network = Digits.network()
        if not OUR_LIBRARY:
            self.skipTest("the promise is ours")
        network.set_start_callback(lambda ios: 0)
        self.steady(lambda: run(network), FORWARDS)
        np.testing.assert_allclose(run(network), EXPECTED, atol=1e-4)

    def test_networks(self):
        def work():
            network = lite.LiteNetwork()
            network.share_weights_with(MODEL)
            network.set_finish_callback(lambda ios: len(ios))
            run(network)

        if not OUR_LIBRARY:
            self.skipTest("the promise is ours")
        self.steady(work, 500, traced=300)

    @only_our_package
    def test_tensors(self):
        array = np.zeros([64, 64], np.float32)

        def work():
            tensor = lite.LiteTensor(lite.LiteLayout([64, 64], "float32"))
            tensor.set_data_by_copy(array)
            part = tensor.slice([1], [9])
            view = part.get_data_by_share()
            other = lite.from_dlpack(tensor)
            other.set_data_by_share(array)
            lite.LiteTensorConcat([tensor, other], 0)
            return view

        self.steady(work, 1000)


class TestLifetimes(unittest.TestCase):
    @only_our_package
    def test_tensors_outlive_their_network(self):
        network = Digits.network()
        expected = run(network)
        alive = weakref.ref(network)
        tensor, view = output_of(network), output_of(network).get_data_by_share()
        source = network.get_io_tensor("data")
        del network
        gc.collect()
        self.assertIsNotNone(alive())  # as long as anything shows its memory
        np.testing.assert_array_equal(tensor.to_numpy(), expected)
        np.testing.assert_array_equal(source.to_numpy(), IMAGES)
        del tensor, source
        gc.collect()
        np.testing.assert_array_equal(view, expected)
        del view
        gc.collect()
        self.assertIsNone(alive())

    @only_our_package
    def test_shared_input_stays_alive(self):
        """An array that only the network knows any more."""
        network = Digits.network()
        network.get_io_tensor("data").set_data_by_share(IMAGES.copy())
        gc.collect()
        for _ in range(100):
            np.zeros_like(IMAGES)
        network.forward()
        network.wait()
        np.testing.assert_allclose(output_of(network).to_numpy(), EXPECTED, atol=1e-4)

    def test_output_shows_the_next_forward(self):
        network = Digits.network()
        run(network)
        tensor = output_of(network)
        network.get_io_tensor("data").set_data_by_copy(np.ascontiguousarray(Digits.images[7:8]))
        network.forward()
        network.wait()
        np.testing.assert_allclose(tensor.to_numpy(), Digits.expected[7:8], atol=1e-4)

    @only_our_package
    def test_network_in_its_own_callback(self):
        """A callback that refers to its network is a cycle, which Python's collector finds."""

        def made():
            network = Digits.network()
            network.set_finish_callback(lambda ios: network.get_output_name(0))
            run(network)
            return weakref.ref(network)

        alive = made()
        gc.collect()
        self.assertIsNone(alive())

    @only_our_package
    def test_model_bytes(self):
        with open(Digits.model, "rb") as file:
            data = file.read()
        network = lite.LiteNetwork()
        network.load(data)
        del data
        gc.collect()
        np.testing.assert_allclose(run(network), EXPECTED, atol=1e-4)


class TestThreads(unittest.TestCase):
    def test_networks_side_by_side(self):
        failures = []

        def work(index):
            network = lite.LiteNetwork()
            network.share_weights_with(MODEL)
            for step in range(50):
                image = (index * 7 + step) % Digits.batch
                answer = run(network, np.ascontiguousarray(Digits.images[image : image + 1]))
                if np.abs(answer - Digits.expected[image]).max() > 1e-4:
                    failures.append((index, step))

        threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_other_threads_run_during_forward(self):
        """A forward that held Python's lock would stop the counting for as long as it lasts."""
        if os.environ.get("MGEC_TEST_JIT"):
            self.skipTest("compiled for one picture, which is too quick")
        network = Digits.network()
        batch = np.ascontiguousarray(np.tile(Digits.images, (20, 1, 1, 1)))
        run(network, batch)
        stop, ticks = threading.Event(), []

        def count():
            while not stop.is_set():
                ticks.append(time.perf_counter())
                time.sleep(0)

        thread = threading.Thread(target=count)
        thread.start()
        spans = []
        while len(spans) < 20:
            begin = time.perf_counter()
            network.forward()
            network.wait()
            spans.append((begin, time.perf_counter()))
        stop.set()
        thread.join()
        inside = sum(any(begin < tick < end for tick in ticks) for begin, end in spans)
        self.assertGreaterEqual(inside, 15, f"another thread ran during {inside} of {len(spans)} forwards")

    def test_callbacks_from_many_threads(self):
        counts = [0] * 4

        def work(index):
            network = lite.LiteNetwork()
            network.share_weights_with(MODEL)

            def count(ios):
                counts[index] += 1
                return 0

            network.set_finish_callback(count)
            for _ in range(25):
                run(network)

        if not (OUR_LIBRARY or lite.__name__ == "mgec.lite"):
            self.skipTest("megenginelite keeps one callback for all networks")
        threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(counts, [25] * 4)


if __name__ == "__main__":
    unittest.main()
