namespace Granary.Hardware.Tests;

public sealed class AcceleratorRegistryTests
{
    /// <summary>a100 0-1 on node 0, a100 2-3 on node 1, 40 GiB each; l4 4 on node 1, 24 GiB; an FPGA.</summary>
    private static AcceleratorRegistry Registry()
    {
        var registry = new AcceleratorRegistry();
        for (var i = 0; i < 4; i++) Assert.True(registry.Register(new($"gpu{i}", "gpu", "a100", 40960, i / 2)));
        Assert.True(registry.Register(new("gpu4", "gpu", "l4", 24576, 1)));
        Assert.True(registry.Register(new("fpga0", "fpga", "u250", 65536, 0, WholeOnly: true)));
        return registry;
    }

    [Theory]
    [InlineData(1000, 0, "gpu", "a100", -1, "gpu0")]
    [InlineData(1000, 0, "gpu", "a100", 1, "gpu2")]
    [InlineData(2000, 0, "gpu", null, -1, "gpu0,gpu1")]
    [InlineData(2000, 0, "gpu", null, 1, "gpu2,gpu3")]
    [InlineData(3000, 0, "gpu", null, 1, "gpu2,gpu3,gpu0")]
    [InlineData(500, 0, "gpu", "l4", -1, "gpu4")]
    [InlineData(500, 30000, "gpu", null, -1, "gpu0")]
    [InlineData(1000, 0, "fpga", null, -1, "fpga0")]
    public void A_request_gets_what_fits_near_its_cores(long milli, long memory, string kind, string? model, int numa, string expected) =>
        Assert.Equal(expected, string.Join(',', Registry().Reserve("t", new("train", milli, memory, kind, model, numa), out _)!.Ids));

    [Theory]
    [InlineData(0, 0, "gpu", null, "0 thousandths of an accelerator cannot be given; ask for 1 to 999, or for whole thousands")]
    [InlineData(1500, 0, "gpu", null, "1500 thousandths of an accelerator cannot be given; ask for 1 to 999, or for whole thousands")]
    [InlineData(1000, 0, "tpu", null, "no tpu is registered here")]
    [InlineData(1000, 0, "gpu", "h200", "no gpu h200 is registered here")]
    [InlineData(5000, 0, "gpu", null, "no gpu here could ever hold 5 x 1000 thousandths with 0Mi each; ask for less")]
    [InlineData(500, 50000, "gpu", null, "no gpu here could ever hold 1 x 500 thousandths with 50000Mi each; ask for less")]
    [InlineData(500, 0, "fpga", null, "no fpga here could ever hold 1 x 500 thousandths with 0Mi each; ask for less")]
    [InlineData(500, -1, "gpu", null, "memory is 0 or more")]
    public void A_refusal_says_why(long milli, long memory, string kind, string? model, string expected)
    {
        Assert.Null(Registry().Reserve("t", new("train", milli, memory, kind, model), out var refusal));
        Assert.Equal(expected, refusal);
    }

    [Fact]
    public void A_share_takes_the_tightest_and_memory_limits_it_too()
    {
        var registry = Registry();
        Assert.Equal(["gpu0"], registry.Reserve("a", new("x", 300, 8192, Model: "a100"), out _)!.Ids);
        Assert.Equal(["gpu0"], registry.Reserve("b", new("x", 300, 30000, Model: "a100"), out _)!.Ids);
        Assert.Equal(["gpu1"], registry.Reserve("c", new("x", 300, 8192, Model: "a100"), out _)!.Ids); // time is left on gpu0, memory is not
        Assert.Equal(("gpu0", 400L, 2768L), registry.Free[0]);
        Assert.Equal(["gpu2", "gpu3"], registry.Reserve("d", new("x", 2000, Model: "a100"), out _)!.Ids);
        Assert.Null(registry.Reserve("e", new("x", 1000, Model: "a100"), out var refusal));
        Assert.Equal("all gpu a100 that could hold it are in use; it fits when others release theirs", refusal);
    }

    [Fact]
    public void A_share_that_names_no_memory_has_its_part() =>
        Assert.Equal(10240, Registry().Reserve("a", new("x", 250, Model: "a100"), out _)!.MemoryMiB);

    [Fact]
    public void Asking_again_gives_the_same_and_asking_for_another_is_refused()
    {
        var registry = Registry();
        var first = registry.Reserve("a", new("x", 250), out _);

        Assert.Equal(first, registry.Reserve("a", new("x", 250), out _));
        Assert.Null(registry.Reserve("a", new("x", 500), out var refusal));
        Assert.Contains("release them first", refusal, StringComparison.Ordinal);
        Assert.True(registry.Release("a"));
        Assert.False(registry.Release("a"));
    }

    [Fact]
    public void One_that_is_gone_takes_its_tasks_along_and_frees_their_others()
    {
        var registry = Registry();
        registry.Reserve("pair", new("x", 2000), out _);
        registry.Reserve("other", new("x", 1000, Model: "l4"), out _);

        Assert.Equal(["pair"], registry.Withdraw("gpu0"));

        Assert.Equal(["other"], registry.Grants.Select(g => g.Task));
        Assert.Equal(("gpu1", 1000L, 40960L), registry.Free[0]);
    }

    [Fact]
    public void The_model_on_which_a_class_ran_fastest_is_taken_and_others_are_tried_now_and_then()
    {
        var registry = new AcceleratorRegistry();
        registry.Register(new("fast", "gpu", "h200", 100));
        registry.Register(new("slow", "gpu", "t4", 100));
        for (var i = 0; i < SpeedTable.Enough; i++) registry.Speeds.Learn("train", "h200", 10);

        var taken = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            var grant = registry.Reserve("t", new("train", 1000), out _)!;
            taken.Add(grant.Model);
            Assert.Equal(grant.Model == "t4", grant.Trial);
            registry.Release("t");
        }

        // tried every fourth time until it has had its trials, though none brought a measure
        Assert.Equal(["t4", "h200", "h200", "h200", "t4", "h200", "h200", "h200"], taken.Take(8));
        Assert.Equal(SpeedTable.MostTrials, taken.Count(m => m == "t4"));

        for (var i = 0; i < 40; i++) registry.Speeds.Learn("train", "t4", 20);
        Assert.Equal("t4", registry.Reserve("t", new("train", 1000), out _)!.Model);
        Assert.Equal(20, registry.Speeds.SpeedOf("train", "t4")!.Value, 3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_speed_is_not_learned(double speed)
    {
        var speeds = new SpeedTable();

        Assert.False(speeds.Learn("c", "m", speed));
        Assert.Null(speeds.SpeedOf("c", "m"));
    }

    [Fact]
    public void A_mean_follows_a_class_that_changes()
    {
        var speeds = new SpeedTable();
        for (var i = 0; i < 1000; i++) speeds.Learn("c", "m", 10);
        for (var i = 0; i < 50; i++) speeds.Learn("c", "m", 20);

        Assert.InRange(speeds.SpeedOf("c", "m")!.Value, 19.9, 20);
    }

    [Fact]
    public void Nothing_is_given_twice_and_releasing_restores_whatever_the_order()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var registry = Registry();
            var whole = registry.Free;
            var tasks = new List<string>();
            for (var step = 0; step < 60; step++)
            {
                if (tasks.Count > 0 && random.Next(3) == 0)
                {
                    Assert.True(registry.Release(tasks[random.Next(tasks.Count)] is var gone && tasks.Remove(gone) ? gone : ""));
                }
                else
                {
                    var request = new AcceleratorRequest($"c{random.Next(3)}", random.Next(2) == 0 ? random.Next(1, 1000) : random.Next(1, 4) * 1000L, random.Next(3) == 0 ? random.Next(45000) : 0,
                        random.Next(8) == 0 ? "fpga" : "gpu", NumaNode: random.Next(-1, 2));
                    if (registry.Reserve($"t{step}", request, out var refusal) is { } grant)
                    {
                        Assert.Equal(grant.Ids.Count, grant.Ids.Distinct().Count());
                        Assert.True(grant.MemoryMiB >= request.MemoryMiB);
                        tasks.Add(grant.Task);
                    }
                    else Assert.NotEmpty(refusal);
                }
                foreach (var (id, milli, memory) in registry.Free)
                {
                    var held = registry.Grants.Where(g => g.Ids.Contains(id)).ToList();
                    Assert.Equal(1000, milli + held.Sum(g => g.Milli));
                    Assert.InRange(memory, 0, long.MaxValue);
                    Assert.InRange(milli, 0, 1000);
                }
            }
            foreach (var task in tasks) Assert.True(registry.Release(task));
            Assert.Equal(whole, registry.Free);
        }
    }

    [Fact]
    public void A_card_that_is_cut_into_instances_is_not_offered()
    {
        using var tree = Machines.GpuServer();
        var offers = new NvidiaAccelerators(() => (new FakeNvml(), ""), tree.Root).Read().Items.Select(AcceleratorOffer.Of).ToList();

        Assert.Equal(new AcceleratorOffer("GPU-1", "gpu", "NVIDIA A100-SXM4-40GB", 40960, 0) { Vendor = "nvidia" }, offers[0]);
        Assert.Null(offers[7]);
    }
}
