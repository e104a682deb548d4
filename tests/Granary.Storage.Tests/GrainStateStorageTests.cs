using System.Text;
using Granary.Model;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.Storage.Tests;

/// <summary>Grains' states through Orleans' interface.</summary>
public sealed class GrainStateStorageTests : IDisposable
{
    private static readonly GrainId Grain = GrainId.Create("agent", "a1");
    private readonly SqliteFixture _sqlite = new();

    private GrainStateStorage Storage => new(_sqlite.Store);

    public void Dispose() => _sqlite.Dispose();

    [Fact]
    public async Task A_state_nobody_wrote_begins_anew()
    {
        var state = new GrainState<Profile>();
        await Storage.ReadStateAsync("profile", Grain, state);
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.NotNull(state.State);
    }

    [Fact]
    public async Task A_state_comes_back_after_a_restart()
    {
        var state = new GrainState<Profile> { State = Profile.Sample };
        await Storage.WriteStateAsync("profile", Grain, state);
        Assert.True(state.RecordExists);
        _sqlite.Reopen();
        var read = new GrainState<Profile>();
        await Storage.ReadStateAsync("profile", Grain, read);
        Assert.True(read.RecordExists);
        Assert.Equal(state.ETag, read.ETag);
        Assert.Equal(Profile.Sample.Spec!.Guarantee, read.State!.Spec!.Guarantee);
        Assert.Equal((PriorityClass.Critical, 3), (read.State.Spec.Class, read.State.Runs["x"]));
        Assert.Equal(Profile.Sample.Seen, read.State.Seen);
    }

    [Fact]
    public async Task A_stale_writer_is_refused_as_orleans_does()
    {
        var first = new GrainState<Profile> { State = new Profile() };
        await Storage.WriteStateAsync("profile", Grain, first);
        var stale = new GrainState<Profile> { State = new Profile(), ETag = first.ETag };
        await Storage.WriteStateAsync("profile", Grain, first);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("profile", Grain, stale));
        Assert.Equal((first.ETag, stale.ETag), (conflict.StoredEtag, conflict.CurrentEtag));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("profile", Grain, stale));
    }

    [Fact]
    public async Task A_cleared_state_begins_anew_and_can_be_written_again()
    {
        var state = new GrainState<Profile> { State = Profile.Sample };
        await Storage.WriteStateAsync("profile", Grain, state);
        await Storage.ClearStateAsync("profile", Grain, state);
        Assert.False(state.RecordExists);
        Assert.Null(state.State!.Spec);
        state.State = Profile.Sample;
        await Storage.WriteStateAsync("profile", Grain, state);
        var read = new GrainState<Profile>();
        await Storage.ReadStateAsync("profile", Grain, read);
        Assert.True(read.RecordExists);
    }

    [Fact]
    public async Task States_of_one_grain_do_not_mix()
    {
        await Storage.WriteStateAsync("one", Grain, new GrainState<string> { State = "1" });
        await Storage.WriteStateAsync("two", Grain, new GrainState<string> { State = "2" });
        var read = new GrainState<string>();
        await Storage.ReadStateAsync("one", Grain, read);
        Assert.Equal("1", read.State);
    }

    [Fact]
    public async Task A_state_that_is_not_what_the_grain_expects_is_named()
    {
        IGrainStateStore store = _sqlite.Store;
        await store.WriteAsync(new GrainStateKey("agent", "a1", "profile"), null, Encoding.UTF8.GetBytes("[1"));
        var fault = await Assert.ThrowsAsync<StorageException>(() => Storage.ReadStateAsync("profile", Grain, new GrainState<Profile>()));
        Assert.Equal(StorageFault.Damaged, fault.Fault);
        Assert.Contains("agent/a1/profile", fault.Message);
    }

    public sealed class Profile
    {
        public static Profile Sample => new()
        {
            Spec = new AgentSpec
            {
                Id = "a1",
                Class = PriorityClass.Critical,
                Guarantee = new ResourceSet { CpuMilli = 2000, Custom = new Dictionary<string, long> { ["licence"] = 1000 } },
            },
            Runs = { ["x"] = 3 },
            Seen = Samples.Start,
        };

        public AgentSpec? Spec { get; set; }

        public Dictionary<string, int> Runs { get; set; } = [];

        public DateTimeOffset Seen;
    }
}
