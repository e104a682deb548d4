using System.Diagnostics;
using System.Globalization;
using Granary.Hardware;
using Granary.Profiling;

namespace Granary.Benchmarks.Profiling;

/// <summary>
/// What it costs a program to be profiled: the same work without and with, in the order ABBA so that a drift of the machine cancels out, and the median of
/// the ratios, beside that of the two runs without it, which is what the machine does by itself. The work is timed from when the profiler is set up until it is done; beginning and end of a
/// profile are not in it. What the profiler takes itself meanwhile is CPU time of this process.
/// </summary>
internal static class ProfilingProgram
{
    private const double WantedSeconds = 3;

    /// <param name="args">Rounds of four runs (default 5), and which of cpu, memory, monitoring (default all).</param>
    public static int Run(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        (string Name, string Work, double Bound, Func<int, IDisposable> With)[] kinds =
        [
            ("cpu", "spin", 5, pid => new Profiled(pid, ProfileModes.Cpu)),
            ("memory", "allocate", 10, pid => new Profiled(pid, ProfileModes.Memory)),
            ("monitoring", "spin", 2, _ => new Monitored()),
        ];
        Console.WriteLine(FormattableString.Invariant($"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, {Environment.ProcessorCount} cores, {rounds} rounds of ABBA"));
        foreach (var (name, work, bound, with) in kinds)
        {
            if (args.Length > 1 && !args[1..].Contains(name)) continue;
            var count = Calibrate(work);
            var (wall, cpu, noise, own) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < rounds; i++)
            {
                var (a1, b1, b2, a2) = (Once(work, count, null), Once(work, count, with), Once(work, count, with), Once(work, count, null));
                wall.Add((b1.Wall + b2.Wall) / (a1.Wall + a2.Wall));
                cpu.Add((b1.Cpu + b2.Cpu) / (a1.Cpu + a2.Cpu));
                noise.Add(a2.Wall / a1.Wall);
                own.Add(1 + (b1.Own + b2.Own) / (b1.Cpu + b2.Cpu));
            }
            Console.WriteLine(FormattableString.Invariant($"{name,-11} {work,-9} time {Percent(wall)}, CPU time {Percent(cpu)}, of the profiler itself {Percent(own)}; bound {bound}%; time of the two runs without, the second beside the first {Percent(noise)}"));
        }
        return 0;
    }

    private static string Percent(List<double> ratios)
    {
        ratios.Sort();
        var median = ratios.Count % 2 == 1 ? ratios[ratios.Count / 2] : (ratios[(ratios.Count / 2) - 1] + ratios[ratios.Count / 2]) / 2;
        return FormattableString.Invariant($"{(median - 1) * 100:+0.0;-0.0}% ({(ratios[0] - 1) * 100:+0.0;-0.0} to {(ratios[^1] - 1) * 100:+0.0;-0.0})");
    }

    private static long Calibrate(string work)
    {
        const long first = 500;
        return (long)Math.Max(first, first * WantedSeconds / Once(work, first, null).Wall);
    }

    private static (double Wall, double Cpu, double Own) Once(string work, long count, Func<int, IDisposable>? with)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Granary.Profiling.Load.dll"), work, count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            process.StandardOutput.ReadLine();
            using (with?.Invoke(process.Id))
            {
                var own = Environment.CpuUsage.TotalTime;
                process.StandardInput.WriteLine("go");
                process.StandardInput.Flush();
                var fields = process.StandardOutput.ReadLine()!.Split(' ');
                return (double.Parse(fields[1], CultureInfo.InvariantCulture), double.Parse(fields[2], CultureInfo.InvariantCulture), (Environment.CpuUsage.TotalTime - own).TotalSeconds);
            }
        }
        finally
        {
            process.StandardInput.Close();
            process.WaitForExit();
        }
    }

    private sealed class Profiled : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<Profile> _profile;

        public Profiled(int pid, ProfileModes modes)
        {
            using var begun = new ManualResetEventSlim();
            _profile = Task.Factory.StartNew(
                () => new Profiler(SystemRoot.Machine).Run(new() { Name = "load", Pid = pid }, new() { Duration = TimeSpan.FromMinutes(1), Modes = modes }, begun.Set, _stop.Token),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            begun.Wait(TimeSpan.FromSeconds(30));
        }

        public void Dispose()
        {
            _stop.Cancel();
            var profile = _profile.GetAwaiter().GetResult();
            if (profile.Tracks.All(t => t.Samples.Count == 0)) throw new InvalidOperationException("nothing was sampled: " + string.Join("; ", profile.Notes));
            _stop.Dispose();
        }
    }

    private sealed class Monitored : IDisposable
    {
        private readonly NodeTelemetry _telemetry = new(SystemRoot.Machine, TimeProvider.System, new TaskSourceOptions());
        private readonly Timer _timer;

        public Monitored() => _timer = new(_ =>
        {
            lock (_telemetry) _telemetry.Tick();
        }, null, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        public void Dispose()
        {
            using var ended = new ManualResetEvent(false);
            if (_timer.Dispose(ended)) ended.WaitOne();
            _telemetry.Dispose();
        }
    }
}
