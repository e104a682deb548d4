using Granary.Model;
using Granary.Scheduling.Ordering;

namespace Granary.Scheduling.Tests.Ordering;

/// <summary>The pruned heap against sorting.</summary>
public class OrderHeapTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 40)]
    [InlineData(3, 300)]
    public void A_walk_visits_all_that_fits_in_order(int seed, int size)
    {
        var random = new Random(seed);
        var heap = new OrderHeap();
        var all = Enumerable.Range(0, size).Select(i => new Item($"i{i:000}")).ToArray();
        var inside = new HashSet<Item>();
        for (var step = 0; step < 4000; step++)
        {
            var item = all[random.Next(size)];
            Change(heap, inside, item, random);
            if (step % 5 == 0) Compare(heap, inside, random);
        }
    }

    private static void Change(OrderHeap heap, HashSet<Item> inside, Item item, Random random)
    {
        if (inside.Contains(item) && random.Next(4) == 0)
        {
            heap.Remove(item);
            inside.Remove(item);
            Assert.Equal(-1, item.HeapIndex);
            return;
        }
        item.Min = new ResourceVector([random.Next(10), random.Next(10)]);
        item.Shapes = 1UL << random.Next(64);
        item.Active = random.Next(5) == 0;
        if (inside.Contains(item) && random.Next(2) == 0)
        {
            heap.UpdateBounds(item);
            return;
        }
        item.Key = new OrderKey(random.Next(3), random.Next(2), random.Next(5) / 4.0, random.Next(3), random.Next(3));
        if (inside.Add(item)) heap.Add(item);
        else heap.Update(item);
    }

    private static void Compare(OrderHeap heap, HashSet<Item> inside, Random random)
    {
        var probe = new Probe(new ResourceVector([random.Next(10), random.Next(10)]), random.Next(2) == 0 ? ulong.MaxValue : 0xFFFFUL << random.Next(48), random.Next(2) == 0);
        var visited = new List<OrderItem>();
        heap.Begin(probe);
        while (heap.Next(probe) is { } item) visited.Add(item);
        var wanted = inside.Where(i => i.Min.FitsIn(probe.Ceiling) && (i.Shapes & probe.Shapes) != 0 && (i.Active || !probe.ActiveOnly)).ToList();
        wanted.Sort((a, b) => ReferenceEquals(a, b) ? 0 : OrderItem.Before(a, b) ? -1 : 1);
        Assert.Equal(wanted, visited.Where(i => wanted.Contains(i)));
        for (var i = 1; i < visited.Count; i++) Assert.True(OrderItem.Before(visited[i - 1], visited[i]));
        Assert.Equal(inside.Count, heap.Count);
        if (inside.Count > 0) Assert.True(inside.All(i => ReferenceEquals(i, heap.First) || OrderItem.Before(heap.First, i)));
    }

    private sealed class Item(string name) : OrderItem
    {
        public override string Name => name;
    }
}
