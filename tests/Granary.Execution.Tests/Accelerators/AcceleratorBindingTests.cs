using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Granary.Execution.Accelerators;
using Granary.Execution.Tests.Support;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Tests.Accelerators;

public sealed class AcceleratorBindingTests
{
    private const long GiB = 1024;

    private static AcceleratorOffer Card(int number, string model = "a100", long memory = 40 * GiB) => new($"gpu-{number}", "gpu", model, memory) { Vendor = "simulated" };

    private static Assignment Task(long number, long milli, long memory = 0, string name = "t", params int[] gpus) => new(
        new(new("default", number), "n1", 1, number),
        new TaskSpec { Agent = "a", Name = name, Command = ["true"], Resources = new() { GpuMilli = milli, GpuMemoryMiB = memory } }, 0, 1, null, gpus.Length == 0 ? null : gpus);

    private static string Ids(IReadOnlyList<BoundAccelerator>? bound) => bound is null ? "-" : string.Join(' ', bound.Select(b => $"{b.Offer.Id}:{b.Milli}:{b.MemoryMiB}"));

    [Fact]
    public void Shares_of_one_number_are_on_one_card_with_their_part_of_its_memory()
    {
        var binding = new AcceleratorBinding([Card(0), Card(1)]);
        Assert.Equal("gpu-0:500:20480", Ids(binding.Bind(Task(1, 500, gpus: [0]), out _)));
        Assert.Equal("gpu-0:300:10240", Ids(binding.Bind(Task(2, 300, 10 * GiB, gpus: [0]), out _)));
        Assert.Equal("gpu-1:1000:40960", Ids(binding.Bind(Task(3, 1000, gpus: [1]), out _)));
    }

    [Fact]
    public void A_share_whose_memory_is_in_use_waits_and_one_that_no_card_could_hold_never_starts()
    {
        var binding = new AcceleratorBinding([Card(0)]);
        binding.Bind(Task(1, 500, 30 * GiB, gpus: [0]), out _);
        Assert.Null(binding.Bind(Task(2, 500, 30 * GiB, gpus: [0]), out var never));
        Assert.Equal("", never);
        Assert.True(binding.Release(new(new("default", 1), 1), null));
        Assert.NotNull(binding.Bind(Task(2, 500, 30 * GiB, gpus: [0]), out _));

        Assert.Null(binding.Bind(Task(3, 100, 41 * GiB, gpus: [0]), out never));
        Assert.Equal("no gpu here could ever hold 1 x 100 thousandths with 41984Mi each; ask for less", never);
    }

    [Fact]
    public void A_number_stands_for_the_model_on_which_its_class_was_fastest()
    {
        var binding = new AcceleratorBinding([Card(0, "old"), Card(1, "new")]);
        for (var run = 0; run < SpeedTable.Enough * 4; run++)
        {
            var bound = binding.Bind(Task(run, 1000, name: "train", gpus: [0]), out _)!;
            binding.Release(new(new("default", run), run), TimeSpan.FromSeconds(bound[0].Offer.Model == "new" ? 10 : 30));
        }
        Assert.Equal(0.1, binding.Speeds.SpeedOf("train", "new")!.Value, 6);
        Assert.Equal(1.0 / 30, binding.Speeds.SpeedOf("train", "old")!.Value, 6);
        var chosen = Enumerable.Range(100, 8).Count(i =>
        {
            var id = Ids(binding.Bind(Task(i, 1000, name: "train", gpus: [0]), out _));
            binding.Release(new(new("default", i), i), null);
            return id.StartsWith("gpu-1", StringComparison.Ordinal);
        });
        Assert.Equal(8, chosen);
    }

    [Theory]
    [InlineData(40, null)]
    [InlineData(80, "mixed")]
    public async Task An_agent_says_where_its_cards_differ_in_memory(long second, string? label)
    {
        await using var harness = await AgentHarness.Start(o => o with { Accelerators = [Card(0), Card(1, memory: second * GiB)] });
        Assert.Equal(label, harness.Node.Joins[0].Spec.Labels?.GetValueOrDefault(LabelSet.Gpus));
    }

    [Fact]
    public void What_was_learned_of_speeds_is_known_to_the_next_agent()
    {
        var before = new AcceleratorBinding([Card(0, "old"), Card(1, "new")]);
        for (var run = 0; run < SpeedTable.Enough * 4; run++)
        {
            var bound = before.Bind(Task(run, 1000, name: "train", gpus: [0]), out _)!;
            before.Release(new(new("default", run), run), TimeSpan.FromSeconds(bound[0].Offer.Model == "new" ? 10 : 30));
        }
        var after = new AcceleratorBinding([Card(0, "old"), Card(1, "new")]);
        after.RestoreSpeeds(before.SaveSpeeds());
        Assert.Equal(before.Speeds.SpeedOf("train", "old"), after.Speeds.SpeedOf("train", "old"));
        Assert.StartsWith("gpu-1", Ids(after.Bind(Task(100, 1000, name: "train", gpus: [0]), out _)), StringComparison.Ordinal);
        foreach (var damaged in new[] { "{", "[null]", "[{}]", "[{\"Class\":\"c\",\"Model\":\"m\",\"Mean\":-1,\"Measures\":3}]", "{}" }) after.RestoreSpeeds(damaged);
        Assert.Null(after.Speeds.SpeedOf("c", "m"));
        for (var i = 0; i < SpeedTable.Most + 10; i++) after.Speeds.Learn($"class {i}", "new", 1);
        Assert.Equal(SpeedTable.Most, after.Speeds.Save().Count);
    }

    [Fact]
    public void Whole_ones_are_of_one_model_where_that_can_be()
    {
        var binding = new AcceleratorBinding([Card(0, "a"), Card(1, "b"), Card(2, "a")]);
        Assert.Equal(["a", "a"], binding.Bind(Task(1, 2000, gpus: [0, 1]), out _)!.Select(b => b.Offer.Model));
        Assert.Equal("gpu-1:1000:40960", Ids(binding.Bind(Task(2, 1000, gpus: [2]), out _)));
        Assert.Null(binding.Bind(Task(3, 1000, gpus: [2]), out var never));
        Assert.Equal("", never);
    }

    [Fact]
    public void One_and_a_half_are_a_whole_card_and_half_of_another()
    {
        var binding = new AcceleratorBinding([Card(0), Card(1)]);
        binding.Bind(Task(1, 500, gpus: [1]), out _);
        Assert.Equal("gpu-0:500:20480 gpu-1:1000:40960", Ids(binding.Bind(Task(2, 1500, gpus: [0, 1]), out _)));
    }

    [Fact]
    public void Others_than_GPUs_are_whole()
    {
        var binding = new AcceleratorBinding([new("f0", "fpga", "u250", 0, WholeOnly: true), new("f1", "fpga", "u250", 0, WholeOnly: true)]);
        Assignment Fpga(long number, long amount) => Task(number, 0) with { Spec = new() { Agent = "a", Command = ["true"], Resources = new() { Custom = new Dictionary<string, long> { ["fpga"] = amount } } } };
        Assert.Equal("f0:1000:0", Ids(binding.Bind(Fpga(1, 1000), out _)));
        Assert.Null(binding.Bind(Fpga(2, 2000), out var never));
        Assert.Equal("", never);
        Assert.Equal("f1:1000:0", Ids(binding.Bind(Fpga(3, 1000), out _)));
        Assert.Null(binding.Bind(Fpga(4, 3000), out never));
        Assert.NotEqual("", never);
    }

    [Fact]
    public void The_next_agent_takes_back_what_living_attempts_hold_and_nothing_else()
    {
        var before = new AcceleratorBinding([Card(0), Card(1)]);
        before.Bind(Task(1, 500, 12 * GiB, gpus: [1]), out _);
        before.Bind(Task(2, 1000, gpus: [0]), out _);
        var text = before.Save();

        var after = new AcceleratorBinding([Card(0), Card(1)]);
        after.Restore(text, new HashSet<LeaseKey> { new(new("default", 1), 1) });

        // the first's card stays its own, whatever number it has for the pool
        Assert.Equal("gpu-0:500:20480", Ids(after.Bind(Task(3, 500, gpus: [1]), out _)));
        Assert.Equal("gpu-1:1000:40960", Ids(after.Bind(Task(4, 1000, gpus: [0]), out _)));
        Assert.True(after.Release(new(new("default", 1), 1), null));
        foreach (var damaged in new[] { "", "{", "[{}]", "[null]", "[{\"Pool\":\"default\",\"Grants\":[]}]" }) new AcceleratorBinding([Card(0)]).Restore(damaged, new HashSet<LeaseKey>());
    }

    [Fact]
    public void No_card_is_given_twice_whatever_comes_and_goes() => Prop.ForAll(Gen.Choose(0, 9999).ListOf(80).ToArbitrary(), choices =>
    {
        // a pool's numbers: the tightest for shares, the first free for whole ones
        var (pool, binding) = (new int[3], new AcceleratorBinding([Card(0), Card(1, "b"), Card(2)]));
        var held = new List<(long Number, int Slot, int Milli, string Id)>();
        long next = 0;
        foreach (var choice in choices)
        {
            if (choice % 3 == 0 && held.Count > 0)
            {
                var gone = held[choice / 3 % held.Count];
                held.Remove(gone);
                pool[gone.Slot] -= gone.Milli;
                binding.Release(new(new("default", gone.Number), gone.Number), TimeSpan.FromSeconds(1 + (choice % 7)));
                continue;
            }
            var milli = (choice / 3 % 4) switch { 0 => 1000, 1 => 500, 2 => 300, _ => 100 };
            var slot = Enumerable.Range(0, 3).Where(s => pool[s] + milli <= 1000).OrderByDescending(s => milli < 1000 ? pool[s] : 0).Select(s => (int?)s).FirstOrDefault();
            if (slot is not { } at) continue;
            next++;
            if (binding.Bind(Task(next, milli, name: $"c{choice % 2}", gpus: [at]), out _) is not { } bound) return false; // what the pool has room for, the node has
            pool[at] += milli;
            held.Add((next, at, milli, bound[0].Offer.Id));
            if (held.GroupBy(h => h.Id).Any(g => g.Sum(h => h.Milli) > 1000)) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("nvidia", "CUDA_VISIBLE_DEVICES", "gpu-1")]
    [InlineData("nvidia", "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", "25")]
    [InlineData("nvidia", "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT", "0=8192M")]
    [InlineData("amd", "ROCR_VISIBLE_DEVICES", "1")]
    [InlineData("intel", "ZE_AFFINITY_MASK", "1")]
    [InlineData("simulated", "CUDA_VISIBLE_DEVICES", null)]
    [InlineData("simulated", "GRANARY_GPUS", "1")]
    public void The_task_is_told_in_its_vendor_s_words(string vendor, string variable, string? value)
    {
        var environment = AcceleratorEnvironment.Merge([new(Card(1) with { Vendor = vendor }, 1, 250, 8192)], new Dictionary<string, string> { ["X"] = "y" });
        Assert.Equal(value, environment.GetValueOrDefault(variable));
        Assert.Equal("y", environment["X"]);
        var told = JsonDocument.Parse(environment["GRANARY_ACCELERATORS"]).RootElement[0];
        Assert.Equal(("gpu-1", "a100", 250, 8192), (told.GetProperty("id").GetString(), told.GetProperty("model").GetString(), told.GetProperty("share_milli").GetInt32(), told.GetProperty("memory_mib").GetInt32()));
    }

    [Fact]
    public void The_task_s_own_variables_win() =>
        Assert.Equal("7", AcceleratorEnvironment.Merge([new(Card(0), 0, 1000, 1)], new Dictionary<string, string> { ["GRANARY_GPUS"] = "7" })["GRANARY_GPUS"]);
}
