using Granary.Memory.Pools;

namespace Granary.Memory.Tests.Pools;

public class ResourcePoolManagerTests
{
    [Fact]
    public async Task PoolsHaveNamesAndOneView()
    {
        await using var pools = new ResourcePoolManager(new ManualTime());
        var buffers = pools.Add("buffers", ResourceRules<byte[]>.Of(() => new byte[64]), new() { MaxSize = 8 });
        pools.Add("a workers", ResourceRules<Thing>.Of(() => new Thing(1)), new() { MaxSize = 3 });
        Assert.Same(buffers, pools.Get<byte[]>("buffers"));
        using var lease = await buffers.AcquireAsync();
        pools.Expect(new Dictionary<string, int> { ["a workers"] = 2, ["unknown"] = 9 });
        PoolBench.Until(() => pools.View()[0].Idle == 2);
        Assert.Equal(["a workers", "buffers"], pools.View().Select(pool => pool.Name));
        Assert.Equal([0, 1], pools.View().Select(pool => pool.Leased));
    }

    [Fact]
    public async Task WrongNamesAndTypesAreTold()
    {
        await using var pools = new ResourcePoolManager(new ManualTime());
        pools.Add("buffers", ResourceRules<byte[]>.Of(() => new byte[64]), new());
        Assert.Contains("'buffers' already", Assert.Throws<ArgumentException>(() => pools.Add("buffers", ResourceRules<byte[]>.Of(() => new byte[1]), new())).Message);
        Assert.Equal("no pool is named 'x'; there are: buffers", Assert.Throws<KeyNotFoundException>(() => pools.Get<byte[]>("x")).Message);
        Assert.Contains("a Byte[] pool, not one of Thing", Assert.Throws<InvalidCastException>(() => pools.Get<Thing>("buffers")).Message);
        Assert.True(await pools.RemoveAsync("buffers"));
        Assert.False(await pools.RemoveAsync("buffers"));
        Assert.Empty(pools.View());
    }
}
