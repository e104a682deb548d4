using System.Diagnostics;
using System.Globalization;
using Granary.Benchmarks.Load;
using Granary.Client;
using Granary.Model;

namespace Granary.Benchmarks.Telemetry;

/// <summary>
/// What sampling costs a node's agent as a process of its own: CPU time and resident memory by /proc, with tasks running, with telemetry and without, turn about.
/// <c>telemetry-node [TASKS] [SECONDS] [ROUNDS]</c>.
/// </summary>
internal static class NodeProcessProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        var tasks = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 130;
        var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 30;
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 2;
        var (with, without) = (new List<Figures>(), new List<Figures>());
        for (var round = 0; round < rounds; round++)
        {
            without.Add(await MeasureAsync(tasks, seconds, telemetry: false));
            with.Add(await MeasureAsync(tasks, seconds, telemetry: true));
        }
        var (on, off) = (Figures.Least(with), Figures.Least(without));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sampling {tasks} tasks: {on.Cpu - off.Cpu:0.00}% of a core and {on.ResidentMiB - off.ResidentMiB:0.0} MiB (agent with it {on.Cpu:0.00}% and {on.ResidentMiB:0.0} MiB, without {off.Cpu:0.00}% and {off.ResidentMiB:0.0} MiB; least of {rounds} rounds); bounds: 2% of a core and 50 MiB for sampling, 50 MiB of its own for the agent ({on.OwnMiB:0.0} MiB)"));
        return on.Cpu - off.Cpu <= 2 && on.ResidentMiB - off.ResidentMiB <= 50 && on.OwnMiB <= 50 ? 0 : 1;
    }

    private static async Task<Figures> MeasureAsync(int tasks, int seconds, bool telemetry)
    {
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        var data = Directory.CreateTempSubdirectory("granary-node-").FullName;
        using var node = Start(server, data, tasks, telemetry);
        try
        {
            var spec = new TaskSpec { Agent = "bench", Command = ["sleep", "3600"], Resources = new ResourceSet { CpuMilli = 100, MemoryMiB = 4 }, KillGrace = TimeSpan.FromMilliseconds(100) };
            await client.SubmitManyAsync([new Granary.Abstractions.SubmitItem(spec, tasks)]);
            await UntilAsync(async () => (await client.PoolAsync(TaskId.DefaultPool)).Running == tasks, "not all tasks run");
            // long enough for code to be compiled again, optimised, and for the agent to have settled
            await UntilAsync(() => Task.FromResult(false), "", TimeSpan.FromSeconds(40));
            var (before, clock) = (Ticks(node.Id), Stopwatch.StartNew());
            var resident = 0.0;
            await UntilAsync(
                () =>
                {
                    resident = Math.Max(resident, MiB(node.Id, "status", "VmRSS"));
                    return Task.FromResult(false);
                },
                "", TimeSpan.FromSeconds(seconds));
            var figures = new Figures(100.0 * (Ticks(node.Id) - before) / 100 / clock.Elapsed.TotalSeconds, resident, MiB(node.Id, "status", "RssAnon", "RssShmem"), MiB(node.Id, "smaps_rollup", "Pss"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(telemetry ? "with" : "without")} telemetry: {figures.Cpu:0.00}% of a core, at most {figures.ResidentMiB:0.0} MiB resident, of its own {figures.OwnMiB:0.0} MiB, PSS {figures.PssMiB:0.0} MiB, over {seconds} s"));
            return figures;
        }
        finally
        {
            using var term = Process.Start("kill", ["-TERM", node.Id.ToString(CultureInfo.InvariantCulture)]);
            await term.WaitForExitAsync();
            await node.WaitForExitAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    private static Process Start(ServerUnderLoad server, string data, int tasks, bool telemetry)
    {
        var local = new LocalServer(server.Data);
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "granary.dll"), "node", "--join", local.Read()!.Gateway, "--name", "bench",
            "--capacity", string.Create(CultureInfo.InvariantCulture, $"cpu={tasks},memory={tasks * 8}Mi")]) info.ArgumentList.Add(argument);
        info.Environment["GRANARY_DATA_DIR"] = data;
        info.Environment["GRANARY_TOKEN"] = local.ReadToken();
        info.Environment["GRANARY__Telemetry__Enabled"] = telemetry ? "true" : "false";
        info.Environment["GRANARY__Server__LogLevel"] = "Error";
        if (Environment.IsPrivilegedProcess) info.Environment["GRANARY__Node__RunAs"] = "root";
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, e) => Console.Error.Write(e.Data is { Length: > 0 } line ? $"  node: {line}\n" : "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string otherwise, TimeSpan? exactly = null)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (exactly ?? TimeSpan.FromMinutes(1)))
            {
                if (exactly is null) throw new TimeoutException(otherwise);
                return;
            }
            await look.WaitForNextTickAsync();
        }
    }

    /// <summary>User and system time, hundredths of a second (USER_HZ): fields 14 and 15 of proc(5)'s stat, after the name in brackets.</summary>
    private static long Ticks(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static double MiB(int pid, string file, params string[] names) =>
        File.ReadLines($"/proc/{pid}/{file}").Select(l => l.Split([':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(f => names.Contains(f[0])).Sum(f => long.Parse(f[1], CultureInfo.InvariantCulture)) / 1024.0;

    /// <param name="ResidentMiB">With the pages of files that it shares with others.</param>
    /// <param name="OwnMiB">What the kernel cannot take without losing something.</param>
    private readonly record struct Figures(double Cpu, double ResidentMiB, double OwnMiB, double PssMiB)
    {
        public static Figures Least(IEnumerable<Figures> all) => new(all.Min(f => f.Cpu), all.Min(f => f.ResidentMiB), all.Min(f => f.OwnMiB), all.Min(f => f.PssMiB));
    }
}
