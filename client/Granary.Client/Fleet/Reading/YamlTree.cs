using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Granary.Client;

/// <summary>
/// YAML as fleet files use it: one document of maps, lists and scalars. Anchors, aliases and tags are refused, so that a small file
/// cannot stand for a large one and no value is other than it looks.
/// </summary>
internal sealed class YamlTree
{
    private readonly IParser _parser;
    private readonly TreeBuilder _builder;

    private YamlTree(string text, FleetProblems problems)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _builder = new TreeBuilder(problems);
    }

    /// <summary>Null when the text cannot be read; the problem says why.</summary>
    public static FleetNode? Parse(string text, FleetProblems problems)
    {
        var tree = new YamlTree(text, problems);
        try
        {
            return tree.Document();
        }
        catch (TreeException e)
        {
            problems.Add(e.Line, e.Message);
        }
        catch (YamlException e)
        {
            problems.Add((int)Math.Max(1, e.Start.Line), $"is not YAML: {Quoting.Clip(e.Message, 120)} Check the indentation, colons and quotes here");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException
                                  or OverflowException or NullReferenceException or InvalidCastException or KeyNotFoundException)
        {
            // The parser's own slips on text that is no YAML end here, not in the caller.
            problems.Add(tree.Line, $"is not YAML ({e.GetType().Name}); check the indentation, colons and quotes here");
        }
        return null;
    }

    private int Line => _parser.Current is { } e ? LineOf(e) : 1;

    private FleetNode Document()
    {
        Next();
        Expect<StreamStart>();
        if (_parser.Current is StreamEnd) throw new TreeException(1, "is empty; a fleet file has at least 'tasks:' or 'agents:'");
        Expect<DocumentStart>();
        var root = Value();
        Expect<DocumentEnd>();
        if (_parser.Current is DocumentStart second)
            throw new TreeException(LineOf(second), "holds a second document ('---'); a fleet file is one document");
        return root;
    }

    private FleetNode Value()
    {
        var here = _parser.Current ?? throw new TreeException(1, "ends too early; check what the last line should say");
        var line = LineOf(here);
        _builder.Count(line);
        if (here is AnchorAlias alias)
            throw new TreeException(line, $"uses the alias '*{Quoting.Clip(alias.Value.Value)}'; fleet files have none: write the value out, or use 'count'");
        if (here is NodeEvent node)
        {
            if (!node.Anchor.IsEmpty)
                throw new TreeException(line, $"sets the anchor '&{Quoting.Clip(node.Anchor.Value)}'; fleet files have none: write the value out where it is needed");
            if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
                throw new TreeException(line, $"uses the tag '{Quoting.Clip(node.Tag.Value)}'; fleet files have none: remove it");
        }
        switch (here)
        {
            case Scalar scalar:
                Next();
                return new ScalarNode(line, scalar.Value, scalar.Style is ScalarStyle.Plain or ScalarStyle.Any);
            case SequenceStart:
                return List(line);
            case MappingStart:
                return Map(line);
            default:
                throw new TreeException(line, "is not readable here; check the indentation");
        }
    }

    private ListNode List(int line)
    {
        _builder.Enter(line);
        Next();
        var items = new List<FleetNode>();
        while (_parser.Current is not SequenceEnd) items.Add(Value());
        Next();
        _builder.Exit();
        return new ListNode(line, items);
    }

    private MapNode Map(int line)
    {
        _builder.Enter(line);
        Next();
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            if (Value() is not ScalarNode key) throw new TreeException(line, "has a list or a mapping as a key; a key is a word");
            _builder.Add(entries, seen, new MapEntry(key.Text, key.Line, Value()));
        }
        Next();
        _builder.Exit();
        return new MapNode(line, entries);
    }

    private void Expect<T>() where T : ParsingEvent
    {
        if (_parser.Current is not T) throw new TreeException(Line, "is not readable here; check the indentation");
        Next();
    }

    private void Next() => _parser.MoveNext();

    private static int LineOf(ParsingEvent e) => (int)Math.Max(1, e.Start.Line);
}
