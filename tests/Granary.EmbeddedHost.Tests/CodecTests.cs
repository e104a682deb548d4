using Granary.EmbeddedHost.Serialization;
using Orleans;
using Orleans.Serialization;

namespace Granary.EmbeddedHost.Tests;

[GenerateSerializer]
public sealed class FirstVersion
{
    [Id(0)] public string Name { get; set; } = "";
    [Id(1)] public List<int> Dropped { get; set; } = [];
    [Id(2)] public int Kept { get; set; }
}

[GenerateSerializer]
public sealed class SecondVersion
{
    [Id(0)] public string Name { get; init; } = "";
    [Id(2)] public int Kept { get; private set; }
    [Id(3)] public string Added { get; init; } = "as declared";
    [Id(4)] public Payload? AddedToo { get; init; }
}

[GenerateSerializer]
public sealed class Node
{
    [Id(0)] public Node? Next { get; set; }
}

[GenerateSerializer]
public abstract class Animal
{
    [Id(0)] public int Age { get; set; }
}

[GenerateSerializer]
public sealed class Cat : Animal
{
    [Id(0)] public string Voice { get; set; } = "";
}

[GenerateSerializer]
public sealed class Cage
{
    [Id(0)] public Animal? Inside { get; set; }
    [Id(1)] public object? Anything { get; set; }
}

public sealed class CodecTests
{
    private readonly Serializer _serializer = new();

    [Fact]
    public void A_newer_type_reads_older_bytes_and_an_older_type_newer_ones()
    {
        var newer = _serializer.Deserialize<SecondVersion>(_serializer.SerializeToArray(
            new FirstVersion { Name = "n", Dropped = [1, 2, 3], Kept = 7 }));
        Assert.Equal(("n", 7, "as declared", null), (newer.Name, newer.Kept, newer.Added, newer.AddedToo));
        var older = _serializer.Deserialize<FirstVersion>(_serializer.SerializeToArray(
            new SecondVersion { Name = "m", Added = "x", AddedToo = new Payload([1]) }));
        Assert.Equal(("m", 0), (older.Name, older.Kept));
        Assert.Empty(older.Dropped);
    }

    [Fact]
    public void A_derived_class_stands_where_its_base_is_declared_and_keeps_the_tags_of_both()
    {
        var back = _serializer.Deserialize<Cage>(_serializer.SerializeToArray(
            new Cage { Inside = new Cat { Age = 3, Voice = "mew" }, Anything = 12L }));
        var cat = Assert.IsType<Cat>(back.Inside);
        Assert.Equal((3, "mew", (object)12L), (cat.Age, cat.Voice, back.Anything!));
    }

    [Fact]
    public void Only_registered_types_are_written_or_made()
    {
        Assert.Throws<CodecException>(() => _serializer.SerializeToArray(new Cage { Anything = new PlainException("x") }.Anything is Exception
            ? new Cage { Anything = new CodecTests() }
            : new Cage()));
        using var writer = new WireWriter();
        writer.WriteTag(2, WireType.Group);
        writer.WriteType(typeof(Cage).AssemblyQualifiedName!);
        writer.WriteEnd();
        writer.WriteEnd();
        var failure = Assert.Throws<CodecException>(() => _serializer.Deserialize<Cage>(writer.Written));
        Assert.Contains("is not a registered type", failure.Message);
    }

    [Fact]
    public void A_value_nested_too_deeply_is_an_error_and_not_the_end_of_the_process()
    {
        var node = new Node();
        for (var i = 0; i < 200_000; i++)
            node = new Node { Next = node };
        Assert.Throws<InsufficientExecutionStackException>(() => _serializer.SerializeToArray(node));
        Assert.Throws<CodecException>(() => _serializer.Deserialize<Node>(Enumerable.Repeat((byte)WireType.Group, 200_000).ToArray()));
    }

    /// <summary>Mutations from a fixed seed: bytes from outside make a value or an error that says so.</summary>
    [Fact]
    public void Mutated_bytes_make_a_value_or_a_codec_exception()
    {
        var random = new Random(7);
        var sound = _serializer.SerializeToArray(new Cage { Inside = new Cat { Voice = "mew" }, Anything = new FirstVersion { Dropped = [1, 2, 3] } });
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = sound.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                _serializer.Deserialize<Cage>(bytes.AsSpan(0, random.Next(5) == 0 ? random.Next(bytes.Length) : bytes.Length));
            }
            catch (Exception e) when (e is CodecException or OverflowException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 20_000);
    }
}
