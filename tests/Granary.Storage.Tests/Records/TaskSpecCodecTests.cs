using FsCheck;
using FsCheck.Fluent;
using Granary.Model;

namespace Granary.Storage.Tests;

public sealed class TaskSpecCodecTests
{
    /// <summary>A record as version 1 wrote it. It must be read for ever: never change it, add the next version's beside it.</summary>
    private const string Version1 =
        "0106736166657479077072C3BC66656E03027368022D6300046E6F6F7001092F7372762F646174610305454D505459000450415448042F62696EE807"
        + "8001D00F8020C801900302076C6963656E6365D00F087265766965776572E807090180989ABC040180B489130180A4A7DA06048087A70E0303613D62"
        + "05635C640A6506646F6D61696E06656E657267790180F6E0428080800101";

    /// <summary>A record as version 2 wrote it, with terms.</summary>
    private const string Version2 =
        "0206736166657479077072C3BC66656E03027368022D6300046E6F6F7001092F7372762F646174610305454D505459000450415448042F62696EE807"
        + "8001D00F8020C801900302076C6963656E6365D00F087265766965776572E807090180989ABC040180B489130180A4A7DA06048087A70E0303613D62"
        + "05635C640A6506646F6D61696E06656E657267790180F6E04280808001019D017B2267616E67223A747275652C2277686F6C655F636F726573223A66"
        + "616C73652C226E657665725F707265656D70746564223A66616C73652C22636865636B706F696E745F6576657279223A2230303A30353A3030222C22"
        + "636C617373223A22747261696E222C22706C6163656D656E74223A7B2272657175697265223A7B227A6F6E65223A2261227D2C227370726561645F6F"
        + "766572223A22227D7D";

    [Fact]
    public void Version_2_is_read_for_ever() => TaskAssert.Equal(FrozenContents.SpecWithTerms(), TaskSpecCodec.Read(Convert.FromHexString(Version2)));

    [Fact]
    public void Version_1_is_read_for_ever() => TaskAssert.Equal(Samples.FullSpec(), TaskSpecCodec.Read(Convert.FromHexString(Version1)));

    [Fact]
    public void Terms_come_back()
    {
        var spec = Samples.FullSpec() with
        {
            Terms = new TaskTerms { Gang = true, CheckpointEvery = TimeSpan.FromMinutes(5), Class = "train", Placement = new PlacementTerms { Require = new Dictionary<string, string> { ["zone"] = "a" } }, Isolation = new() { Nice = 5, HugePages = false, Policy = SchedulingPolicy.Idle, Limits = new Dictionary<string, long> { ["core"] = -1 } } },
        };
        Assert.Equal(spec.Terms, TaskSpecCodec.Read(Write(spec)).Terms);
    }

    [Fact]
    public void How_it_is_carried_out_comes_back()
    {
        var action = new TaskAction
        {
            Http = new HttpCall { Method = "PUT", Url = "https://example.org/?q=ü", Headers = new Dictionary<string, string> { ["X-A"] = "b" }, Body = "{}", Expect = ["2xx", "404"], Redirects = 3 },
            Container = new ContainerRun { Image = "debian:12", Engine = "podman", Mounts = ["/a:/b:ro"], Network = "none", ReadOnly = true },
            Manual = new ManualWork { Instructions = "look", Assignee = "alice", Role = "reviewer", Form = new Dictionary<string, string> { ["verdict"] = "accept|reject" } },
            Scope = true,
            Payload = "{\"a\": 1}",
        };
        var spec = Samples.FullSpec() with { Terms = new TaskTerms { Action = action } };
        Assert.Equal(spec.Terms, TaskSpecCodec.Read(Write(spec)).Terms);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(TaskSpecCodec.Version + 1)]
    public void Another_version_is_refused_with_both_named(byte version)
    {
        var record = Write(Samples.FullSpec());
        record[0] = version;
        var refused = Assert.Throws<StorageException>(() => TaskSpecCodec.Read(record));
        Assert.Equal(StorageFault.NewerFormat, refused.Fault);
        Assert.Contains($"format {version}", refused.Message);
        Assert.Contains($"up to {TaskSpecCodec.Version}", refused.Message);
    }

    [Fact]
    public void Any_spec_comes_back() => Check.QuickThrowOnFailure(Prop.ForAll(Specs().ToArbitrary(), spec =>
    {
        TaskAssert.Equal(spec, TaskSpecCodec.Read(Write(spec)));
        return true;
    }));

    [Fact]
    public void Equal_maps_give_equal_bytes()
    {
        var one = Samples.Spec(labels: new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        var other = Samples.Spec(labels: new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
        Assert.Equal(Write(one), Write(other));
    }

    private static byte[] Write(TaskSpec spec)
    {
        var writer = new RecordWriter();
        TaskSpecCodec.Write(writer, spec);
        return writer.ToArray();
    }

    private static Gen<TaskSpec> Specs()
    {
        var text = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(t => new string([.. t.Get.Where(c => !char.IsSurrogate(c))]));
        var span = ArbMap.Default.GeneratorFor<TimeSpan>();
        var optional = Gen.OneOf(Gen.Constant<TimeSpan?>(null), span.Select(s => (TimeSpan?)s));
        var map = Gen.OneOf(
            Gen.Constant<IReadOnlyDictionary<string, string>?>(null),
            text.Two().ListOf().Select(pairs => (IReadOnlyDictionary<string, string>?)pairs.DistinctBy(p => p.Item1).ToDictionary(p => p.Item1, p => p.Item2)));
        var custom = Gen.OneOf(
            Gen.Constant<IReadOnlyDictionary<string, long>?>(null),
            text.SelectMany(name => ArbMap.Default.GeneratorFor<long>().Select(n => (IReadOnlyDictionary<string, long>?)new Dictionary<string, long> { [name] = n })));
        return from words in text.ListOf()
               from name in text
               from environment in map
               from labels in map
               from deadline in optional
               from limit in optional
               from grace in span
               from amounts in ArbMap.Default.GeneratorFor<long>().ListOf(6)
               from more in custom
               from priority in ArbMap.Default.GeneratorFor<int>()
               from shell in ArbMap.Default.GeneratorFor<bool>()
               select new TaskSpec
               {
                   Agent = name,
                   Name = name,
                   Command = words.ToArray(),
                   Environment = environment,
                   Labels = labels,
                   Deadline = deadline,
                   TimeLimit = limit,
                   KillGrace = grace,
                   Priority = priority,
                   Shell = shell,
                   Resources = new ResourceSet
                   {
                       CpuMilli = amounts[0],
                       MemoryMiB = amounts[1],
                       GpuMilli = amounts[2],
                       GpuMemoryMiB = amounts[3],
                       NetworkMbps = amounts[4],
                       StorageMBps = amounts[5],
                       Custom = more,
                   },
               };
    }
}
