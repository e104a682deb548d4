using System.Diagnostics;
using System.Globalization;
using Granary.Benchmarks.Load;
using Granary.Client;
using Granary.Model;

namespace Granary.Benchmarks.Distribution;

/// <summary>
/// Partitioned work on this machine beside <c>xargs</c> in the same run: files hashed by one worker and by one for each core. <c>distribution [ROUNDS] [FILES] [MIB]</c>; the median of the rounds.
/// </summary>
internal static class DistributionProgram
{
    private const string Work = "sha256sum";

    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        var files = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 24;
        var megabytes = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 64;
        var cores = Environment.ProcessorCount;
        var directory = Directory.CreateTempSubdirectory("granary-files-").FullName;
        try
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101); // tasks run as another user
            var bytes = new byte[megabytes * 1024 * 1024];
            string[] paths = [.. Enumerable.Range(0, files).Select(i => Path.Combine(directory, $"part-{i}"))];
            for (var i = 0; i < files; i++)
            {
                new Random(i).NextBytes(bytes);
                await File.WriteAllBytesAsync(paths[i], bytes);
            }
            Console.WriteLine(FormattableString.Invariant($"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, {cores} cores; {files} files of {megabytes} MiB, {rounds} rounds"));
            await using var server = await ServerUnderLoad.StartAsync();
            await using var client = await server.ConnectAsync();
            var times = new List<double[]>();
            for (var round = -1; round < rounds; round++)
            {
                double[] took = [Xargs(paths, 1), Xargs(paths, cores), await DistributeAsync(client, paths, 1), await DistributeAsync(client, paths, cores)];
                if (round >= 0) times.Add(took); // the first warms everything up
            }
            double Median(Func<double[], double> of) => times.Select(of).Order().ElementAt(times.Count / 2);
            Console.WriteLine(FormattableString.Invariant($"xargs -P1 {Median(t => t[0]):0.00} s, -P{cores} {Median(t => t[1]):0.00} s: {Median(t => t[0] / t[1]):0.00} times one"));
            Console.WriteLine(FormattableString.Invariant($"granary distribute, one worker {Median(t => t[2]):0.00} s, {cores} workers {Median(t => t[3]):0.00} s: {Median(t => t[2] / t[3]):0.00} times one"));
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static double Xargs(string[] paths, int workers)
    {
        using var process = Process.Start(new ProcessStartInfo("xargs", ["-n1", $"-P{workers}", Work]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var clock = Stopwatch.StartNew();
        process.StandardInput.Write(string.Join('\n', paths));
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> DistributeAsync(GranaryClient client, string[] paths, int workers)
    {
        var spec = new WorkSpec
        {
            Agent = "bench",
            Stages =
            [
                new()
                {
                    Name = "hash",
                    Task = new() { Agent = "bench", Command = [Work, "{}"], Resources = new() { CpuMilli = 1000 } },
                    Partitions = [.. paths.Select(p => new WorkPartition([p], Bytes: new FileInfo(p).Length))],
                },
            ],
            Policy = new() { Workers = workers },
        };
        var clock = Stopwatch.StartNew();
        var work = await client.DistributeAsync(spec);
        var ended = await client.WaitWorkAsync(work.Id, TimeSpan.FromMinutes(5));
        return ended.State == WorkState.Succeeded ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"the work ended as {ended.State}: {ended.Reason}");
    }
}
