using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Hardware;

namespace Granary.Benchmarks.Telemetry;

/// <summary>
/// What sampling costs: CPU of one tick and memory of the process, on this machine beside processes that stand for tasks, and on a made tree with 1,000
/// cores. <c>telemetry [PROCESSES] [TICKS]</c>.
/// </summary>
internal static class TelemetryProgram
{
    public static int Run(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 130;
        var ticks = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 300;
        var processes = new List<Process>();
        try
        {
            for (var i = 0; i < count; i++) processes.Add(Start(i));
            Report($"this machine, {count} tasks of a process each", SystemRoot.Machine, ticks);
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }
        var tree = Directory.CreateTempSubdirectory("granary-cores-").FullName;
        try
        {
            Make(tree, 1000);
            Report("a made tree of 1,000 cores, 64 disks and 64 interfaces", new(tree), ticks);
        }
        finally
        {
            Directory.Delete(tree, recursive: true);
        }
        return 0;
    }

    private static Process Start(int number)
    {
        var start = new ProcessStartInfo("/bin/sleep", "600");
        start.Environment["GRANARY_LEASE"] = $"default/{number}#1@bench";
        return Process.Start(start) ?? throw new InvalidOperationException("/bin/sleep did not start");
    }

    private static void Report(string what, SystemRoot root, int ticks)
    {
        using var telemetry = new NodeTelemetry(root, TimeProvider.System, new());
        for (var i = 0; i < 30; i++) telemetry.Tick(); // compiled by now
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        using var self = Process.GetCurrentProcess();
        var cpu = self.TotalProcessorTime;
        for (var i = 0; i < ticks; i++) telemetry.Tick();
        self.Refresh();
        var each = (self.TotalProcessorTime - cpu).TotalMilliseconds / ticks;
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / ticks;
        var values = telemetry.Row.Values.ToArray().Count(double.IsFinite);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {values} values, {each:0.00} ms of CPU a tick = {each / 10:0.00}% of a core at one a second, {allocated} bytes allocated a tick, the process has {self.WorkingSet64 / 1048576} MiB"));
    }

    private static void Make(string tree, int cores)
    {
        var stat = new StringBuilder("cpu  1000 0 1000 1000 0 0 0 0 0 0\n");
        for (var i = 0; i < cores; i++) stat.Append(CultureInfo.InvariantCulture, $"cpu{i} 123456 789 234567 9876543210 45678 0 1234 0 0 0\n");
        stat.Append("intr 123456789").Insert(stat.Length, " 0", 8000).Append("\nctxt 123456\nprocesses 1234\nprocs_running 1\nprocs_blocked 0\n");
        var disks = new StringBuilder();
        var net = new StringBuilder("Inter-|\n face |\n");
        for (var i = 0; i < 64; i++)
        {
            disks.Append(CultureInfo.InvariantCulture, $" 259 {i} nvme{i}n1 100 0 1000 500 10 0 100 50 0 400 900 0 0 0 0 5 5\n");
            net.Append(CultureInfo.InvariantCulture, $"eth{i}: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0\n");
        }
        foreach (var (path, text) in new[] { ("/proc/stat", stat.ToString()), ("/proc/diskstats", disks.ToString()), ("/proc/net/dev", net.ToString()),
            ("/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\n"), ("/proc/pressure/cpu", "some avg10=0 avg60=0 avg300=0 total=5\n") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(tree + path)!);
            File.WriteAllText(tree + path, text);
        }
    }
}
