using System.Diagnostics;
using System.Globalization;
using Granary.Memory.Shared;

namespace Granary.Memory.Tests.Shared;

public sealed class KillTests : IDisposable
{
    private const int Capacity = 1 << 20;

    private readonly ShmFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Killed_processes_of_this_language_leave_the_pool_whole() => Kill(12, 2, (agent, seed) =>
        Start("dotnet", Path.Combine(AppContext.BaseDirectory, "Granary.Memory.Crasher.dll"), _file.Path, agent, seed), steals: 0);

    [Fact]
    public void Killed_C_processes_leave_the_pool_whole()
    {
        var program = CProgram.Path();
        // of processes that do nothing else, some die with the lock
        Kill(150, 3, (_, seed) => Start(program, "churn", _file.Path, seed), steals: 1);
    }

    /// <summary>Several at once, each killed after some lines of its output, while a survivor's objects stay what they are.</summary>
    private void Kill(int kills, int together, Func<string, string, Process> start, int steals)
    {
        using var pool = SharedPool.Create(_file.Path, new() { Capacity = Capacity, Objects = 200, Processes = 8, Agents = 6 }, "survivor");
        var (random, content) = (new Random(kills), new byte[5000]);
        random.NextBytes(content);
        using var mine = pool.Put(content);
        for (var round = 0; round < kills / together; round++)
        {
            var workers = Enumerable.Range(0, together).Select(i => start($"agent-{i}", (round * together + i).ToString(CultureInfo.InvariantCulture))).ToArray();
            foreach (var worker in workers)
            {
                for (var line = random.Next(1, 60); line > 0; line--) if (worker.StandardOutput.ReadLine() is null) Assert.Fail($"it ended by itself: {Error(worker)}");
                worker.Kill();
                worker.WaitForExit();
                worker.Dispose();
                using var taken = pool.Allocate(100);
                Assert.True(mine.ReadOnlySpan.SequenceEqual(content));
            }
            pool.Reclaim();
            Assert.Empty(SharedPoolInspection.Problems(_file.Path, contents: true));
            var left = SharedPoolInspection.Read(_file.Path).Objects();
            Assert.All(left, o => Assert.True(o.Held == 0 && o.Kept > 0 || o.Id == mine.Id, $"{o} is held by nobody who lives"));
        }
        // cached objects of the dead go where room is needed
        using (var all = pool.Allocate(Capacity / 2)) Assert.True(all.CanWrite);
        var seen = pool.Statistics();
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} killed: {seen.Steals} with the lock, {seen.Repairs} repairs, {seen.Reclaimed} taken back");
        Assert.True(seen.Reclaimed > 0);
        Assert.True(seen.Steals >= steals, $"none of {kills} died with the lock");
        Assert.Equal(1, seen.Processes);
    }

    private static string Error(Process worker)
    {
        worker.WaitForExit();
        return worker.StandardError.ReadToEnd();
    }

    private static Process Start(string program, params string[] words) =>
        Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
