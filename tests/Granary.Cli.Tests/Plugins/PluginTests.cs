using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;
using Granary.Silo.Plugins;

namespace Granary.Cli.Tests.Plugins;

/// <summary>The sample plug-in, loaded from its assembly as a server loads it.</summary>
public sealed class PluginTests
{
    private static readonly string Sample = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Granary.SamplePlugin",
        Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Granary.SamplePlugin.dll"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pool_places_by_the_score_of_a_plug_in(bool folder)
    {
        var data = Directory.CreateTempSubdirectory("granary-plugin-").FullName;
        try
        {
            if (folder) File.Copy(Sample, Path.Combine(Directory.CreateDirectory(Path.Combine(data, PluginLoader.Folder)).FullName, "sample.dll"));
            var parts = PluginLoader.Load(data, folder ? "" : Sample);
            var pool = new PoolScheduler("default", new SchedulerOptions().WithParts(parts));
            var events = new EventBatch();
            foreach (var name in new[] { "a", "z", "m" })
                pool.NodeUp(new NodeUpRequest(new NodeSpec { Name = name, Capacity = new ResourceSet { CpuMilli = 1000 } }, NodeState.Ready, null), 1, events, NoEffects.Instance);
            var policy = new PlacementPolicy { Score = "last-name", Filters = ["maintenance"], Order = "shortest-first" };
            Assert.Equal("", pool.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Placement = policy } }, 1, events, NoEffects.Instance).Note);
            pool.Submit(new SubmitBatch("", [new SubmitItem(new TaskSpec { Agent = "x", Command = ["true"] }, 2)]), 1, events, NoEffects.Instance);
            pool.Schedule(1, events, NoEffects.Instance, 10);
            Assert.Equal(["z", "m"], new[] { 1L, 2 }.Select(n => pool.Get(n, 1)!.Node));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public void What_cannot_be_loaded_is_said_in_one_line()
    {
        var data = Directory.CreateTempSubdirectory("granary-plugin-").FullName;
        try
        {
            Assert.StartsWith($"plug-in {Path.Combine(data, "no.dll")}: no such file; ", Message("no.dll"), StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(data, "text.dll"), "no assembly");
            Assert.StartsWith($"plug-in {Path.Combine(data, "text.dll")}: cannot be loaded (", Message("text.dll"), StringComparison.Ordinal);
            Assert.Contains("has no public class with INodeScore", Message(typeof(PluginTests).Assembly.Location), StringComparison.Ordinal);
            Assert.DoesNotContain('\n', Message("text.dll"));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        string Message(string path) => Assert.Throws<GranaryException>(() => PluginLoader.Load(data, path)).Message;
    }
}
