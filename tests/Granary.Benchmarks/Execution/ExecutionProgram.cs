using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Execution;
using Granary.Execution.Posix;
using Granary.Execution.Shim;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Benchmarks.Execution;

/// <summary>
/// What the node agent costs, without scheduler, journal or gateway: <c>-- execution</c>. Bare process starts are measured in the same
/// run, since a machine's figure differs by a factor of three from hour to hour.
/// </summary>
internal static class ExecutionProgram
{
    public const string Verb = "execution";

    private const int Rounds = 5;
    private const int Lives = 1000;
    private const int InProcessLives = 200_000;
    private const int Latencies = 500;
    private const int Calls = 2000;

    /// <summary>Attempts at a node at a time: more than cores, so that starts and ends overlap.</summary>
    private const int Slots = 32;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.FirstOrDefault() == ShimProgram.Verb) return ShimProgram.Main(arguments[1..]);
        Console.WriteLine($"| {"what",-58} | {"measured",22} | {"target",14} |");
        Console.WriteLine($"| {new string('-', 58)} | {new string('-', 22)} | {new string('-', 14)} |");

        var task = new TaskSpec { Agent = "bench", Command = ["/bin/true"], Resources = new() { CpuMilli = 10 } };
        await using (var node = await Bench.Start())
        {
            BareStarts(200, threads: 1);
            await node.Run(task, 500, Slots);
            // in turns, so that whatever else the machine does falls on both alike
            var rounds = new List<(double One, double Two, double Lives, double Limited)>();
            var (agentCpu, shimCpu) = (TimeSpan.Zero, TimeSpan.Zero);
            for (var i = 0; i < Rounds; i++)
            {
                var one = BareStarts(Lives, threads: 1);
                var two = BareStarts(Lives, threads: 2);
                var (agentBefore, shimBefore) = node.CpuTimes;
                var lives = await node.Run(task, Lives, Slots);
                var (agentAfter, shimAfter) = node.CpuTimes;
                agentCpu += agentAfter - agentBefore;
                shimCpu += shimAfter - shimBefore;
                rounds.Add((one, two, lives, await node.Run(task with { Resources = new() { CpuMilli = 10, MemoryMiB = 64 } }, Lives / 4, Slots)));
            }
            Row("bare posix_spawn + waitpid of /bin/true, one thread", $"{Median(rounds, r => r.One):N0}/s", "-");
            Row("bare posix_spawn + waitpid of /bin/true, two threads", $"{Median(rounds, r => r.Two):N0}/s", "-");
            Row("lives of /bin/true through agent and shim", $"{Median(rounds, r => r.Lives):N0}/s", "1,000/s");
            Row("... of the bare starts on two threads", $"1/{Median(rounds, r => r.Two / r.Lives):F2}", "1/2");
            Row("... CPU time of the agent for one life", $"{agentCpu.TotalMicroseconds / Lives / Rounds:N0} us", "-");
            Row("... CPU time of the shim for one life", $"{shimCpu.TotalMicroseconds / Lives / Rounds:N0} us", "-");
            Row("lives of /bin/true with a memory limit", $"{Median(rounds, r => r.Limited):N0}/s", "-");
            var (median, tail) = await node.StartLatency(Latencies);
            Row("start command to running process, idle, median", $"{median:F2} ms", "5 ms");
            Row("start command to running process, idle, 99th percentile", $"{tail:F2} ms", "-");
            Row("the shim's memory", $"{node.ShimMemoryMiB} MiB", "-");

            var noop = new TaskSpec { Agent = "bench", Handler = "noop" };
            await node.Run(noop, InProcessLives / 10, int.MaxValue);
            Row("lives of no-op in-process tasks through the agent", $"{await node.Run(noop, InProcessLives, int.MaxValue):N0}/s", "10,000/s");

            using var http = new LocalHttp();
            var call = new TaskSpec { Agent = "bench", Terms = new() { Action = new() { Http = new() { Url = http.Url } } } };
            await http.PlainAsync(Calls / 4, Slots);
            await node.Run(call, Calls / 4, Slots);
            var calls = new List<(double Plain, double Lives)>();
            for (var i = 0; i < Rounds; i++) calls.Add((await http.PlainAsync(Calls, Slots), await node.Run(call, Calls, Slots)));
            Row("plain HTTP calls on loopback, a connection each", $"{Median(calls, c => c.Plain):N0}/s", "-");
            Row("lives of HTTP calls through the agent", $"{Median(calls, c => c.Lives):N0}/s", "-");
            Row("... of the plain calls", $"1/{Median(calls, c => c.Plain / c.Lives):F2}", "-");
        }
        return 0;
    }

    private static double BareStarts(int count, int threads)
    {
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(w => new Thread(() =>
        {
            using var spawner = new Spawner();
            for (var i = 0; i < count / threads; i++)
            {
                if (spawner.Start(new SpawnRequest("/bin/true", ["true"], [], "/", "/dev/null", "/dev/null"), out var pid) != 0 || !Sys.Await(pid, out _))
                    throw new InvalidOperationException("/bin/true cannot be started here");
            }
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return count / clock.Elapsed.TotalSeconds;
    }

    private static double Median<T>(List<T> rounds, Func<T, double> of) => rounds.Select(of).Order().ElementAt(rounds.Count / 2);

    private static void Row(string what, string measured, string target) => Console.WriteLine($"| {what,-58} | {measured,22} | {target,14} |");

    /// <summary>A node agent with its shim in a temporary directory.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private readonly string _data = Directory.CreateTempSubdirectory("granary-bench-").FullName;
        private readonly BenchNode _node = new();
        private NodeAgent _agent = null!;
        private long _token;

        public static async Task<Bench> Start()
        {
            var bench = new Bench();
            var program = Environment.ProcessPath!;
            bench._agent = new(bench._node, new()
            {
                Node = new() { Name = "bench" },
                DataDirectory = bench._data,
                PinWholeCores = false,
                ShimIdleTimeout = TimeSpan.FromSeconds(1),
                ShimCommand = Path.GetFileNameWithoutExtension(program) == "dotnet"
                    ? [program, typeof(ExecutionProgram).Assembly.Location, Verb, ShimProgram.Verb]
                    : [program, Verb, ShimProgram.Verb],
            }, TimeProvider.System, NullLogger.Instance);
            await bench._agent.StartAsync(default);
            await bench._agent.Joined;
            return bench;
        }

        public long ShimMemoryMiB
        {
            get
            {
                using var shim = Process.GetProcessById(_agent.ShimPid);
                return shim.WorkingSet64 / (1024 * 1024);
            }
        }

        /// <summary>CPU time so far, of this process and of the shim without its children.</summary>
        public (TimeSpan Agent, TimeSpan Shim) CpuTimes
        {
            get
            {
                using var agent = Process.GetCurrentProcess();
                using var shim = Process.GetProcessById(_agent.ShimPid);
                return (agent.TotalProcessorTime, shim.TotalProcessorTime);
            }
        }

        /// <summary>Lives a second, with at most <paramref name="slots"/> of them at a time.</summary>
        public async Task<double> Run(TaskSpec spec, int count, int slots)
        {
            var ended = 0;
            var started = 0;
            var failed = "";
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _node.Heard = report =>
            {
                if (report.Kind != ReportKind.Ended) return;
                if (report.Exit!.Cause != ExitCause.Succeeded) failed = report.Exit.Message;
                if (Interlocked.Increment(ref started) is var next && next <= count) _node.Start(Assign(spec));
                if (Interlocked.Increment(ref ended) == count) done.SetResult();
            };
            var clock = Stopwatch.StartNew();
            started = Math.Min(slots, count);
            for (var i = started; i > 0; i--) _node.Start(Assign(spec));
            await done.Task.WaitAsync(TimeSpan.FromMinutes(5));
            clock.Stop();
            return failed.Length == 0 ? count / clock.Elapsed.TotalSeconds : throw new InvalidOperationException(failed);
        }

        /// <summary>Milliseconds from handing the command out until the process itself says that it runs.</summary>
        public async Task<(double Median, double Tail)> StartLatency(int count)
        {
            // the report of the start is stamped after posix_spawn has returned, which is when the program has been loaded
            var spec = new TaskSpec { Agent = "bench", Command = ["/bin/true"] };
            var heard = new ConcurrentDictionary<LeaseKey, TaskCompletionSource<DateTimeOffset>>();
            _node.Heard = report =>
            {
                if (report.Kind == ReportKind.Started) heard[LeaseKey.Of(report.Lease)].TrySetResult(report.At);
            };
            var latencies = new List<double>();
            for (var i = 0; i < count; i++)
            {
                var assignment = Assign(spec);
                var source = heard[LeaseKey.Of(assignment.Lease)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
                var sent = DateTimeOffset.UtcNow;
                _node.Start(assignment);
                latencies.Add((await source.Task.WaitAsync(TimeSpan.FromSeconds(30)) - sent).TotalMilliseconds);
            }
            latencies.Sort();
            return (latencies[count / 2], latencies[count * 99 / 100]);
        }

        private Assignment Assign(TaskSpec spec)
        {
            var token = Interlocked.Increment(ref _token);
            return new(new(new("default", token), "bench", 1, token), spec, 0, 1);
        }

        public async ValueTask DisposeAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _agent.LeaveAsync(limit.Token);
            Directory.Delete(_data, recursive: true);
        }
    }
}
