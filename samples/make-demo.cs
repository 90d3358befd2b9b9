// Writes samples/demo.jsonl:  dotnet run samples/make-demo.cs > samples/demo.jsonl
//
// Three invented businesses over a few days, on the Baileys releases that people really run: each emits another shape of key, and some
// of them do not say who wrote. The same program always writes the same file. Every person is invented; the numbers are from ranges set
// aside for fiction where a country has one (GB 07700 900xxx, US 555-01xx, DE 0171 39200xx, FR 06 39 98 xx xx, SE 070-174 06xx), else
// plainly made up (runs of zeros and fives).
#:property PublishAot=false
#:property TreatWarningsAsErrors=false

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

const long Opening = 1_760_000_000;
var events = new List<(long At, string Line)>();
var clock = Opening;
var random = new Random(20251009);

foreach (var business in (Action[])[CasaLume, TaqueriaNopal, Northlight])
{
    clock = Opening;
    business();
}
// The businesses side by side, as they would arrive; each one's events in their own order.
foreach (var (_, line) in events.OrderBy(one => one.At)) Console.Out.Write(line + "\n");

// A lamp shop in São Paulo. Began on 6.6, went to 6.7.24, then to 7.0.0-rc14.
void CasaLume()
{
    var shop = new Session(1, "Casa Lume", "5511900000100", "194458137862155", Release.V6_6);
    Person ana = new("Ana Beatriz", "5511900001001", "82399031480511"), bruno = new("Bruno", "5511900001002", "118205371648903"),
        carla = new("Carla M.", "553188880013", "27316804459127"), diego = new("Diego", "5511900001004", "149027736510284"),
        elisa = new("Elisa", "5511900001005", "57102938465720"), fabio = new("Fábio", "5521900001006", "203914857316042"),
        gabriela = new("Gabriela 🌿", "5511900001007", "91730264815539"), heitor = new("Heitor", "5511900001008", "229103847562018"),
        iara = new("Iara", "5571900001009", "66120938457120"), joao = new("João Pedro", "5511900001010", "176540239981127"),
        lucia = new("Lúcia (portaria)", "551130000011", "38261950472816"), ravi = new("Ravi", "919000000012", "250618374902746");

    Contacts(shop, (ana, "Ana Beatriz Lima"), (lucia, "Portaria Ed. Aurora"));
    Talk(shop, ana, Way.Phone, "Oi! Vocês têm luminária de mesa?", "<Temos sim, três modelos. Quer fotos?", "Quero!", "<Mando já.");
    Talk(shop, joao, Way.Phone, "Bom dia, o abajur azul ainda está disponível?", "<Bom dia! Está sim.", "Reserva pra mim por favor");
    Talk(shop, carla, Way.Phone, "Boa tarde, fazem entrega em BH?", "<Fazemos, chega em 4 dias.");
    Talk(shop, lucia, Way.Phone, "Chegou encomenda da Casa Lume para o 42", "<Obrigado, Lúcia!");
    Talk(shop, bruno, Way.Lid, "Olá, vi o anúncio de vocês", "Qual o preço do pendente de cobre?");
    Talk(shop, elisa, Way.Lid, "Oi, quero mais informações");
    GroupMessage(shop, "120363000000000101", ana, Way.Phone, "Gente, alguém recomenda loja de luminárias?");
    GroupMessage(shop, "120363000000000101", joao, Way.Phone, "A Casa Lume é ótima");
    Receipt(shop, joao, 3);
    Receipt(shop, joao, 4);
    Status(shop, joao, Way.Phone, "Sexta!! 🎉");

    shop = shop with { Release = Release.V6_7_24 };
    Opened(shop);
    Talk(shop, diego, Way.LidSaysPhone, "Oi, aqui é o Diego da obra", "Preciso de 12 spots até quinta", "<Doze spots, anotado. Confirmo amanhã.");
    Talk(shop, ana, Way.PhoneSaysLid, "Chegou, amei! ❤️", "<Que bom, Ana!");
    Talk(shop, heitor, Way.Lid, "Boa noite, a luz veio com defeito");
    Reply(shop, heitor, Way.Lid, "Pode ser amanhã de manhã", quoted: shop.Phone, "Boa noite, Heitor! Trocamos sem custo. Quando podemos passar?");
    Talk(shop, bruno, Way.Lid, "Ainda tem o de cobre?");
    Talk(shop, bruno, Way.Phone, "Oi, é o Bruno do pendente, escrevi ontem", "<Oi Bruno! Tem sim, guardei um.");
    Talk(shop, iara, Way.LidSaysPhone, "Vocês abrem sábado?", "<Abrimos das 9 às 13.");
    GroupMessage(shop, "120363000000000101", bruno, Way.LidSaysPhone, "Comprei lá também, recomendo");
    GroupMessage(shop, "120363000000000101", elisa, Way.Lid, "Alguém tem o contato?");
    Undecryptable(shop, diego, Way.LidSaysPhone, "Consegue mandar a nota fiscal?");
    Talk(shop, fabio, Way.Lid, "E aí, tudo bem? Sou o Fábio do coworking", "Queria orçamento para 8 luminárias de pé", "<Oi Fábio! Segue o orçamento: R$ 3.120", "Fechado 👍");
    React(shop, fabio, Way.Lid, "👍");
    Talk(shop, carla, Way.PhoneSaysLid, "Recebi, obrigada!");
    Talk(shop, lucia, Way.Phone, "Caixa entregue ao morador");

    shop = shop with { Release = Release.V7_Rc14 };
    Opened(shop);
    Mapping(shop, bruno);
    Talk(shop, bruno, Way.Lid, "Agora vai! Posso buscar hoje?", "<Pode, até as 18h.", "Perfeito, estou a caminho");
    Contacts(shop, (fabio, "Fábio Coworking"));
    Talk(shop, ana, Way.LidSaysPhone, "Oi! Queria mais uma igual", "<Separo uma para você.", "Obrigada 😊");
    Talk(shop, gabriela, Way.Lid, "Oi, vocês consertam lustre antigo?");
    Talk(shop, gabriela, Way.PhoneSaysLid, "<Oi Gabriela, consertamos sim! Pode trazer.");
    Talk(shop, gabriela, Way.Lid, "Levo na segunda", "É um lustre da minha avó");
    Talk(shop, carla with { Phone = "5531988880013" }, Way.Phone, "Oi, é a Carla, número igual mas meu celular agora mostra com o 9", "Quero mais duas arandelas");
    Talk(shop, carla, Way.Lid, "As de latão, por favor", "<Anotado, Carla. Duas arandelas de latão.");
    Twice(shop, iara, "Posso pagar por pix?");
    Talk(shop, iara, Way.Lid, "Chave é o CNPJ?", "<Isso, o CNPJ. Obrigado, Iara!");
    Edited(shop, joao, Way.LidSaysPhone, "Passo aí as 15h", "Passo aí às 16h");
    Revoked(shop, joao, Way.LidSaysPhone, "mensagem para outra pessoa, desculpa");
    Talk(shop, joao, Way.Lid, "Cheguei na porta", "<Já abrimos!");
    HistorySet(shop, (heitor, "Heitor Nunes"), (elisa, null), (ana, "Ana Beatriz Lima"));
    Talk(shop, heitor, Way.Lid, "Troca feita, ficou perfeito. Valeu!");
    Talk(shop, elisa, Way.Lid, "Vocês parcelam?", "<Em até 6x sem juros.", "Vou pensar, obrigada");
    Talk(shop, ravi, Way.LidSaysPhone, "Hi, do you ship to India?", "<Hi Ravi, yes, by air in 10 days.", "Great, sending my address");
    Location(shop, ravi, "Invented Street 12, Pune");
    GroupMessage(shop, "120363000000000101", gabriela, Way.LidSaysPhone, "O conserto deles é excelente");
    GroupOwn(shop, "120363000000000101", "Obrigado pela confiança, vizinhança! 💡");
    GroupReceipt(shop, "120363000000000101", ana);
    Newsletter(shop, "Novidades de iluminação: coleção de outono");
    Deleted(shop, joao);
    // Nobody can say who this is: these two belong in the dead-letter topic.
    Broken(shop, key: null, "Are you open on Friday?");
    Broken(shop, key: new JsonObject { ["remoteJid"] = "5511900001099@example.invalid", ["fromMe"] = false, ["id"] = Id(Phone.Android) }, "oi");
}

// A restaurant in Mexico City. On 6.17 for long, then on early releases of 7.
void TaqueriaNopal()
{
    var place = new Session(2, "Taquería Nopal", "5215550000200", "155204739186427", Release.V6_17);
    Person marta = new("Marta", "5215550001201", "101847362950184"), luis = new("Luis", "5215550001202", "73640918275364"),
        sofia = new("Sofía R", "5215550001203", "88213746509182"), pedro = new("Pedro", "525550001204", "132598047361829"),
        valeria = new("Vale ✨", "5215550001205", "47820193645718"), ramon = new("Ramón", "5491155550206", "215093847561029"),
        emily = new("Emily", "12025550147", "61029384756102"), kenji = new("Kenji", "819000000208", "190283746510293"),
        tomas = new("Tomás", "5215550001209", "164738291056473");

    Talk(place, marta, Way.Phone, "Buenas tardes, ¿tienen mesa para 4 hoy?", "<Claro, ¿a qué hora?", "A las 8", "<Listo, mesa para 4 a las 20:00.");
    Talk(place, luis, Way.Lid, "Hola, quiero pedir para llevar", "3 de pastor y 2 de suadero", "<¡Con gusto! 25 minutos.");
    Talk(place, sofia, Way.Phone, "¿Hacen eventos?", "<Sí, hasta 60 personas.");
    Talk(place, luis, Way.Phone, "Ya voy en camino", "<Aquí lo esperamos.");
    Talk(place, pedro, Way.Phone, "Soy Pedro del mercado, mañana les llevo el maíz", "<Gracias Pedro, a las 7 estamos.");
    Talk(place, valeria, Way.Lid, "Holaa, ¿aceptan perritos?");
    Reply(place, valeria, Way.Lid, "¡Perfecto, vamos los dos! 🐶", quoted: place.Phone, "¡Claro! En la terraza.");
    Talk(place, ramon, Way.Phone, "Hola, ¿qué tal? Somos 6 para el sábado", "<¡Hola! ¿Terraza o adentro?", "Terraza, porfa");
    GroupMessage(place, "120363000000000202", sofia, Way.Phone, "Reunión del vecindario el jueves");
    GroupMessage(place, "120363000000000202", luis, Way.Lid, "Yo llevo las sillas");
    GroupOwnUnmarked(place, "120363000000000202", "Nosotros ponemos los tacos");
    Receipt(place, marta, 5);
    Status(place, sofia, Way.Phone, "Feliz cumple mamá");

    place = place with { Release = Release.V7_Rc3 };
    Opened(place);
    Talk(place, luis, Way.LidSaysPhone, "¿Me repites el pedido de ayer?", "<Sale, 3 pastor y 2 suadero.");
    Talk(place, marta with { Phone = "525550001201" }, Way.Phone, "Cambié de celular, soy Marta", "¿Sigue la mesa de siempre?", "<Sigue, Marta.");
    Talk(place, marta, Way.LidSaysPhone, "¡Gracias!");
    Photo(place, valeria, Way.Lid, "Mira qué contento 🐕");
    Talk(place, kenji, Way.LidSaysPhone, "Hello! Is there a vegetarian menu?", "<Yes! Nopales, rajas, mushrooms.", "Perfect, thank you");
    Talk(place, emily, Way.Lid, "Hi! Do you have gluten free tortillas?", "<All our tortillas are corn, so yes!", "Amazing. Table for two at 7?");
    Edited(place, sofia, Way.LidSaysPhone, "Somos 35 para el evento", "Somos 40 para el evento");
    Talk(place, sofia, Way.PhoneSaysLid, "¿Me mandas el menú?", "<Va por correo.");
    React(place, emily, Way.Lid, "❤️");
    GroupMessage(place, "120363000000000202", valeria, Way.LidSaysPhone, "Yo llevo postre");
    Contacts(place, (emily, "Emily (hotel)"));

    place = place with { Release = Release.V7_Rc6 };
    Opened(place);
    Talk(place, valeria, Way.LidSaysPhone, "¿Abren el lunes?", "<Lunes cerramos, ¡martes sí!");
    Talk(place, emily, Way.Lid, "Running 10 minutes late, sorry!", "<No problem, see you soon.");
    Talk(place, emily, Way.LidSaysPhone, "We are here 😊");
    Talk(place, ramon, Way.PhoneSaysLid, "Llegamos 15 minutos antes");
    Talk(place, ramon, Way.Lid, "¿Tienen estacionamiento?", "<Sí, a la vuelta.");
    Talk(place, tomas, Way.Lid, "Buen día, vi su anuncio", "¿Tienen servicio a domicilio?", "<Sí, en la Roma y la Condesa.");
    Voice(place, tomas, Way.Lid);
    Talk(place, pedro with { Phone = "5215550001204" }, Way.PhoneSaysLid, "El maíz azul llega el viernes", "<Va, gracias.");
    Talk(place, pedro, Way.Lid, "¿Cuántos kilos?", "<Veinte, por favor.");
    Undecryptable(place, luis, Way.LidSaysPhone, "¿Y salsa verde?");
    Revoked(place, kenji, Way.LidSaysPhone, "wrong chat, sorry");
    GroupMessage(place, "120363000000000202", tomas, Way.Lid, "¿A qué hora?");
    GroupReceipt(place, "120363000000000202", sofia);
    Typed(place, marta, "Marta, su mesa está lista.");
    Receipt(place, marta, 4);
}

// A photo studio in Manchester. Two sessions of one number: an old 6.7.24 for the front desk, and rc14.
void Northlight()
{
    var desk = new Session(3, "Northlight Studio", "447700900300", "171029384756610", Release.V6_7_24);
    var studio = desk with { Release = Release.V7_Rc14 };
    Person gwen = new("Gwen", "447700900151", "229471038562910"), oliver = new("Oliver", "447700900152", "83920174650392"),
        dieter = new("Dieter", "491713920053", "140392817465029"), noa = new("Noa", "972555550154", "96018273645501"),
        claire = new("Claire", "33639980155", "207364519283746"), sven = new("Sven", "46701740656", "58293746501928"),
        priya = new("Priya", "919000000157", "123847569201837"), ravi = new("Ravi", "919000000012", "250618374902746"),
        hidden = new("~Robin", "447700900158", "185920374651029"), yael = new("Yael", "972555550159", "70192837465012");

    Opened(desk);
    Talk(desk, gwen, Way.PhoneSaysLid, "Hello, do you do passport photos?", "<We do, no appointment needed.", "Lovely, see you at 3");
    Talk(desk, oliver, Way.LidSaysPhone, "Hi, Oliver from the band here", "Are the proofs ready?", "<Tomorrow noon!");
    SharesPhone(desk, noa);
    Talk(desk, noa, Way.Lid, "שלום, אפשר לקבוע צילומי משפחה?", "<Hi Noa! Of course, which day suits you?", "יום שישי בבוקר", "<Friday at 10 it is.");
    Photo(desk, dieter, Way.LidSaysPhone, "Können Sie dieses Bild restaurieren?");
    Talk(desk, dieter, Way.Lid, "Es ist von 1954", "<Ja, das geht gut. 45 Pfund.", "Einverstanden, danke!");
    Status(desk, gwen, Way.Lid, "new haircut");
    BroadcastList(desk, oliver, "Gig this Saturday at the Foundry!");

    Opened(studio);
    GroupInfo(studio, "120363000000000303", "Wedding 14 June", claire, (sven, true), (priya, true), (hidden, false));
    GroupMessage(studio, "120363000000000303", claire, Way.LidSaysPhone, "Bonjour à tous, voici le groupe pour le mariage");
    GroupMessage(studio, "120363000000000303", sven, Way.Lid, "Hej! What time should we arrive?");
    GroupMessage(studio, "120363000000000303", priya, Way.PhoneSaysLid, "Around two, I think");
    GroupMessage(studio, "120363000000000303", hidden, Way.Lid, "I can drive");
    GroupOwn(studio, "120363000000000303", "We start with the portraits at 14:30.");
    GroupJoined(studio, "120363000000000303", gwen);
    GroupReceipt(studio, "120363000000000303", claire);

    Talk(studio, gwen, Way.Lid, "Quick question: do you frame as well?", "<We do, oak or black.");
    Talk(studio, yael, Way.Phone, "היי, באיזו שעה אתם סוגרים?", "<Hi Yael, at 18:00.");
    Talk(studio, yael, Way.Lid, "תודה, אבוא מחר");
    Talk(studio, claire, Way.Lid, "Une question : vous faites aussi la vidéo ?", "<Oui, nous avons une vidéaste.", "Parfait !");
    Talk(studio, sven, Way.Lid, "Hi, I am the best man", "Can we plan a surprise photo?", "<We love surprises. Tell us more!");
    Call(studio, yael);
    Talk(studio, yael, Way.Lid, "התקשרתי, לא ענו", "<Sorry, we were in a shoot! How can we help?", "צריכה תמונת פספורט דחוף");
    Talk(studio, priya, Way.LidSaysPhone, "Could you send the price list?", "<Here you go: from £120.", "Thanks!");
    React(studio, priya, Way.LidSaysPhone, "🙏");
    Reply(studio, oliver, Way.Lid, "Number 7 please", quoted: studio.Phone, "Which proof do you like best?");
    Reply(studio, sven, Way.Lid, "This was my idea from before", quoted: sven.Phone, "Can we plan a surprise photo?");
    Talk(studio, gwen, Way.LidSaysPhone, "They came out great, thank you!", "<Thank you, Gwen!");
    Talk(studio, dieter, Way.LidSaysPhone, "Das Bild ist wunderbar geworden", "<Das freut uns sehr.");
    Talk(studio, ravi, Way.Lid, "Hello, this is Ravi", "Do you rent out the studio?", "<By the hour, yes.");
    Disappearing(studio, ravi, Way.Lid, "The door code is 0000");
    Talk(studio, hidden, Way.Lid, "Hi, I saw you in the wedding group", "Do you have parking?", "<Behind the building, yes.");
    Ad(studio, new("Morgan", "447700900160", "112938475601928"), "Hi! I want more info");
    Twice(studio, oliver, "Can I collect on Monday?");
    Typed(studio, oliver, "Yes, from 9 on.");
    Receipt(studio, oliver, 3);
    Receipt(studio, oliver, 4);
    Newsletter(studio, "Studio news: open day on Sunday");
    Self(studio, "to do: order paper");
    Deleted(studio, gwen);
}

// --- What people do ------------------------------------------------------------------------------------------------------------------

// A conversation; what begins with < was written by the business on its phone.
void Talk(Session session, Person person, Way way, params string[] lines)
{
    foreach (var line in lines)
    {
        var own = line.StartsWith('<');
        Emit(session, "messages.upsert", Upsert(Record(session, person, own ? Outgoing(session, way) : way, own, Text(own ? line[1..] : line))));
    }
}

// Releases before 7 never say the other address of somebody the business writes to.
Way Outgoing(Session session, Way way) => session.Release >= Release.V7_Rc3 ? way : way switch { Way.LidSaysPhone => Way.Lid, Way.PhoneSaysLid => Way.Phone, _ => way };

// Sent by a program through the library: the record takes another path and looks different (append, strings, no alternate).
void Typed(Session session, Person person, string text) => Emit(session, "messages.upsert", new JsonObject
{
    ["messages"] = new JsonArray(new JsonObject
    {
        ["key"] = new JsonObject { ["remoteJid"] = person.PhoneAddress, ["fromMe"] = true, ["id"] = Id(Phone.Library) },
        ["message"] = new JsonObject { ["extendedTextMessage"] = new JsonObject { ["text"] = text } },
        ["messageTimestamp"] = Tick().ToString(),
        ["status"] = "PENDING",
    }),
    ["type"] = "append",
});

// The quoted author is whoever wrote the quoted text, here the business: never the sender.
void Reply(Session session, Person person, Way way, string text, string quoted, string quotedText) =>
    Emit(session, "messages.upsert", Upsert(Record(session, person, way, false, new JsonObject
    {
        ["extendedTextMessage"] = new JsonObject
        {
            ["text"] = text,
            ["contextInfo"] = new JsonObject { ["stanzaId"] = Id(Phone.Library), ["participant"] = quoted + "@s.whatsapp.net", ["quotedMessage"] = new JsonObject { ["conversation"] = quotedText } },
        },
    })));

void Photo(Session session, Person person, Way way, string caption)
{
    var strings = session.Release != Release.V7_Rc3;
    var image = new JsonObject
    {
        ["url"] = "https://example.invalid/photo.enc",
        ["mimetype"] = "image/jpeg",
        ["caption"] = caption,
        ["fileLength"] = strings ? "184320" : Long(184_320),
        ["height"] = 1280,
        ["width"] = 960,
        ["mediaKey"] = strings ? "BwcHBwcHBwc=" : Bytes(7, 7, 7, 7, 7, 7, 7, 7),
        ["mediaKeyTimestamp"] = strings ? clock.ToString() : Long(clock),
        ["jpegThumbnail"] = strings ? "/9j/2Q==" : Bytes(255, 216, 255, 217),
    };
    if (!strings) foreach (var empty in (string[])["interactiveAnnotations", "scanLengths", "annotations"]) image[empty] = new JsonArray();
    Emit(session, "messages.upsert", Upsert(Record(session, person, way, false, new JsonObject { ["imageMessage"] = image })));
}

void Voice(Session session, Person person, Way way) => Emit(session, "messages.upsert", Upsert(Record(session, person, way, false, new JsonObject
{
    ["audioMessage"] = new JsonObject { ["mimetype"] = "audio/ogg; codecs=opus", ["fileLength"] = "15000", ["seconds"] = 7, ["ptt"] = true, ["waveform"] = "AQID" },
})));

void Location(Session session, Person person, string address) => Emit(session, "messages.upsert", Upsert(Record(session, person, Way.Lid, false, new JsonObject
{
    ["locationMessage"] = new JsonObject { ["degreesLatitude"] = 18.5, ["degreesLongitude"] = 73.8, ["name"] = person.Name, ["address"] = address },
})));

void Disappearing(Session session, Person person, Way way, string text) => Emit(session, "messages.upsert", Upsert(Record(session, person, way, false, new JsonObject
{
    ["ephemeralMessage"] = new JsonObject { ["message"] = new JsonObject { ["extendedTextMessage"] = new JsonObject { ["text"] = text, ["contextInfo"] = new JsonObject { ["expiration"] = 86_400 } } } },
})));

void Ad(Session session, Person person, string text) => Emit(session, "messages.upsert", Upsert(Record(session, person, Way.Lid, false, new JsonObject
{
    ["extendedTextMessage"] = new JsonObject
    {
        ["text"] = text,
        ["contextInfo"] = new JsonObject
        {
            ["conversionSource"] = "FB_Ads",
            ["externalAdReply"] = new JsonObject { ["title"] = session.Name, ["body"] = "Chat with us", ["sourceType"] = "ad", ["sourceId"] = "120200000000000000", ["sourceUrl"] = "https://example.invalid/ad" },
            ["entryPointConversionSource"] = "ctwa_ad",
        },
    },
})));

// First a stub that could not be decrypted, then the same message again, readable.
void Undecryptable(Session session, Person person, Way way, string text)
{
    var stub = Record(session, person, way, false, null);
    var readable = (JsonObject)stub.DeepClone();
    stub["messageStubType"] = 2;
    stub["messageStubParameters"] = new JsonArray("Bad MAC");
    Emit(session, "messages.upsert", Upsert(stub));
    if (session.Release >= Release.V7_Rc6) readable["retryCount"] = 1;
    readable["message"] = Text(text);
    Emit(session, "messages.upsert", Upsert(readable));
}

// The same message under the LID and under the phone, and once more after a reconnect.
void Twice(Session session, Person person, string text)
{
    var first = Record(session, person, Way.LidSaysPhone, false, Text(text));
    var second = (JsonObject)first.DeepClone();
    second["key"]!["remoteJid"] = person.PhoneAddress;
    second["key"]!["remoteJidAlt"] = person.LidAddress;
    second["key"]!["addressingMode"] = "pn";
    Emit(session, "messages.upsert", new JsonObject { ["messages"] = new JsonArray(first, second), ["type"] = "append" });
    Emit(session, "messages.upsert", Upsert((JsonObject)first.DeepClone()));
}

void Edited(Session session, Person person, Way way, string before, string after)
{
    var original = Record(session, person, way, false, Text(before));
    Emit(session, "messages.upsert", Upsert(original));
    var plain = session.Release == Release.V7_Rc3;
    Emit(session, "messages.upsert", Upsert(Record(session, person, way, false, new JsonObject
    {
        ["protocolMessage"] = new JsonObject
        {
            ["key"] = new JsonObject { ["remoteJid"] = session.Phone + "@s.whatsapp.net", ["fromMe"] = true, ["id"] = original["key"]!["id"]!.GetValue<string>() },
            ["type"] = plain ? 14 : "MESSAGE_EDIT",
            ["editedMessage"] = Text(after),
            ["timestampMs"] = plain ? Long(clock * 1000) : (clock * 1000).ToString(),
        },
    })));
}

void Revoked(Session session, Person person, Way way, string text)
{
    var original = Record(session, person, way, false, Text(text));
    Emit(session, "messages.upsert", Upsert(original));
    var target = original["key"]!["id"]!.GetValue<string>();
    Emit(session, "messages.upsert", Upsert(Record(session, person, way, false, new JsonObject
    {
        ["protocolMessage"] = new JsonObject { ["key"] = new JsonObject { ["remoteJid"] = person.LidAddress, ["fromMe"] = false, ["id"] = target }, ["type"] = "REVOKE" },
    })));
}

// To the business's last message: as an upsert in 6.x, as an event of its own in 7.
void React(Session session, Person person, Way way, string emoji)
{
    var target = new JsonObject { ["remoteJid"] = person.LidAddress, ["fromMe"] = true, ["id"] = lastSent };
    if (session.Release < Release.V7_Rc3)
    {
        Emit(session, "messages.upsert", Upsert(Record(session, person, way, false, new JsonObject { ["reactionMessage"] = new JsonObject { ["key"] = target, ["text"] = emoji, ["senderTimestampMs"] = (clock * 1000).ToString() } })));
        return;
    }
    Emit(session, "messages.reaction", new JsonArray(new JsonObject
    {
        ["key"] = target,
        ["reaction"] = new JsonObject { ["key"] = Key(session, person, way, false), ["text"] = emoji, ["senderTimestampMs"] = Long(Tick() * 1000) },
    }));
}

void Receipt(Session session, Person person, int status) => Emit(session, "messages.update", new JsonArray(new JsonObject
{
    ["key"] = new JsonObject { ["remoteJid"] = person.PhoneAddress, ["id"] = lastSent, ["fromMe"] = true },
    ["update"] = new JsonObject { ["status"] = status },
}));

void Deleted(Session session, Person person) => Emit(session, "messages.delete", new JsonObject
{
    ["keys"] = new JsonArray(new JsonObject { ["remoteJid"] = person.PhoneAddress, ["id"] = Id(Phone.Android), ["fromMe"] = false }),
});

void Status(Session session, Person person, Way way, string text)
{
    var key = new JsonObject { ["remoteJid"] = "status@broadcast", ["fromMe"] = false, ["id"] = Id(Phone.Android), ["participant"] = person.Address(way) };
    Emit(session, "messages.upsert", Upsert(Envelope(key, person.Name, true, Text(text))));
}

// A list that the sender made: for the receiver an ordinary direct message.
void BroadcastList(Session session, Person person, string text)
{
    var key = new JsonObject { ["remoteJid"] = "1700000001@broadcast", ["fromMe"] = false, ["id"] = Id(Phone.Apple), ["participant"] = person.LidAddress, ["participantPn"] = person.PhoneAddress };
    Emit(session, "messages.upsert", Upsert(Envelope(key, person.Name, true, Text(text))));
}

void Newsletter(Session session, string text)
{
    var key = new JsonObject { ["remoteJid"] = "120363111111111111@newsletter", ["fromMe"] = false, ["id"] = Id(Phone.Android), ["participant"] = "", ["addressingMode"] = "pn", ["server_id"] = "77" };
    Emit(session, "messages.upsert", Upsert(Envelope(key, null, false, Text(text))));
}

void Self(Session session, string text)
{
    var key = new JsonObject { ["remoteJid"] = session.Phone + "@s.whatsapp.net", ["fromMe"] = true, ["id"] = Id(Phone.Android), ["participant"] = "", ["addressingMode"] = "pn" };
    var record = Envelope(key, session.Name, false, Text(text));
    Emit(session, "messages.upsert", Upsert(record));
}

void Broken(Session session, JsonObject? key, string text) => Emit(session, "messages.upsert", Upsert(Envelope(key, "Unknown", false, Text(text))));

// --- Groups --------------------------------------------------------------------------------------------------------------------------

void GroupMessage(Session session, string group, Person person, Way way, string text)
{
    var key = new JsonObject { ["remoteJid"] = group + "@g.us", ["fromMe"] = false, ["id"] = Id(Phone.Android), ["participant"] = person.Address(way) };
    var other = way switch { Way.LidSaysPhone => person.PhoneAddress, Way.PhoneSaysLid => person.LidAddress, _ => null };
    if (session.Release == Release.V6_7_24 && other is not null) key[way == Way.LidSaysPhone ? "participantPn" : "participantLid"] = other;
    if (session.Release >= Release.V7_Rc3 && other is not null) key["participantAlt"] = session.Release == Release.V7_Rc3 ? WithDevice(other) : other;
    if (session.Release >= Release.V7_Rc6) key["addressingMode"] = person.Address(way).EndsWith("@lid") ? "lid" : "pn";
    Emit(session, "messages.upsert", Upsert(Envelope(key, person.Name, false, Text(text))));
}

void GroupOwn(Session session, string group, string text)
{
    var key = new JsonObject
    {
        ["remoteJid"] = group + "@g.us", ["fromMe"] = true, ["id"] = lastSent = Id(Phone.Android),
        ["participant"] = session.Lid + "@lid", ["participantAlt"] = session.Phone + "@s.whatsapp.net", ["addressingMode"] = "lid",
    };
    var record = Envelope(key, session.Name, false, Text(text));
    record["status"] = 2;
    Emit(session, "messages.upsert", Upsert(record));
}

// Releases before 6.7.23 do not recognise the business's own LID in a group and say fromMe: false.
void GroupOwnUnmarked(Session session, string group, string text)
{
    var key = new JsonObject { ["remoteJid"] = group + "@g.us", ["fromMe"] = false, ["id"] = Id(Phone.Android), ["participant"] = session.Lid + "@lid" };
    Emit(session, "messages.upsert", Upsert(Envelope(key, null, false, Text(text))));
}

void GroupReceipt(Session session, string group, Person reader) => Emit(session, "message-receipt.update", new JsonArray(new JsonObject
{
    ["key"] = new JsonObject { ["remoteJid"] = group + "@g.us", ["id"] = lastSent, ["fromMe"] = true, ["participant"] = reader.PhoneAddress },
    ["receipt"] = new JsonObject { ["userJid"] = reader.PhoneAddress, ["readTimestamp"] = Tick() },
}));

void GroupInfo(Session session, string group, string subject, Person owner, params (Person Person, bool PhoneShown)[] members) =>
    Emit(session, "groups.upsert", new JsonArray(new JsonObject
    {
        ["id"] = group + "@g.us", ["addressingMode"] = "lid", ["subject"] = subject, ["subjectOwner"] = owner.LidAddress, ["subjectOwnerPn"] = owner.PhoneAddress,
        ["subjectTime"] = Tick(), ["size"] = members.Length + 1, ["creation"] = clock, ["owner"] = owner.LidAddress, ["ownerPn"] = owner.PhoneAddress,
        ["participants"] = new JsonArray([Member(owner, true, "superadmin"), .. members.Select(member => Member(member.Person, member.PhoneShown, null))]),
    }));

void GroupJoined(Session session, string group, Person person) => Emit(session, "group-participants.update", new JsonObject
{
    ["id"] = group + "@g.us", ["author"] = session.Lid + "@lid", ["participants"] = new JsonArray(Member(person, true, null)), ["action"] = "add",
});

JsonObject Member(Person person, bool phoneShown, string? admin)
{
    var member = new JsonObject { ["id"] = person.LidAddress };
    if (phoneShown) member["phoneNumber"] = person.PhoneAddress;
    member["admin"] = admin;
    return member;
}

// --- Where a phone becomes known ---------------------------------------------------------------------------------------------------------

void Mapping(Session session, Person person) => Emit(session, "lid-mapping.update", new JsonObject { ["lid"] = person.LidAddress, ["pn"] = person.PhoneAddress });

void SharesPhone(Session session, Person person) =>
    Emit(session, "messages.upsert", Upsert(Record(session, person, Way.LidSaysPhone, false, new JsonObject { ["protocolMessage"] = new JsonObject { ["type"] = "SHARE_PHONE_NUMBER" } })));

void Call(Session session, Person person) => Emit(session, "call", new JsonArray(new JsonObject
{
    ["chatId"] = person.LidAddress, ["from"] = person.LidAddress, ["callerPn"] = person.PhoneAddress, ["id"] = "CALL-" + Id(Phone.Apple),
    ["date"] = DateTimeOffset.FromUnixTimeSeconds(Tick()).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"), ["offline"] = false, ["status"] = "offer", ["isVideo"] = false, ["isGroup"] = false,
}));

void Contacts(Session session, params (Person Person, string Name)[] contacts) => Emit(session, "contacts.upsert", new JsonArray([.. contacts.Select(contact =>
    session.Release >= Release.V7_Rc3
        ? new JsonObject { ["id"] = contact.Person.LidAddress, ["name"] = contact.Name, ["lid"] = contact.Person.LidAddress, ["phoneNumber"] = contact.Person.PhoneAddress }
        : new JsonObject { ["id"] = contact.Person.PhoneAddress, ["name"] = contact.Name })]));

void HistorySet(Session session, params (Person Person, string? Name)[] chats)
{
    var list = new JsonArray();
    var messages = new JsonArray();
    foreach (var (person, name) in chats)
    {
        var message = new JsonObject
        {
            ["key"] = new JsonObject { ["remoteJid"] = person.LidAddress, ["fromMe"] = false, ["id"] = Id(Phone.Android) },
            ["message"] = Text("Oi, tudo bem?"), ["messageTimestamp"] = (clock - 400_000).ToString(), ["pushName"] = person.Name, ["status"] = "DELIVERY_ACK",
        };
        var chat = new JsonObject { ["id"] = person.LidAddress, ["messages"] = new JsonArray(new JsonObject { ["message"] = message.DeepClone() }), ["conversationTimestamp"] = clock.ToString() };
        // Only chats with somebody in the address book know the phone.
        if (name is not null) (chat["name"], chat["pnJid"], chat["lidJid"]) = (name, person.PhoneAddress, person.LidAddress);
        list.Add((JsonNode)chat);
        messages.Add((JsonNode)message);
    }
    Emit(session, "messaging-history.set", new JsonObject
    {
        ["chats"] = list, ["contacts"] = new JsonArray(), ["messages"] = messages, ["syncType"] = 3, ["progress"] = null, ["isLatest"] = true, ["chunkOrder"] = 1, ["peerDataRequestSessionId"] = null,
    });
}

void Opened(Session session) => Emit(session, "connection.update", new JsonObject { ["connection"] = "open", ["isNewLogin"] = false, ["receivedPendingNotifications"] = true });

// --- How the releases write it down --------------------------------------------------------------------------------------------------------

JsonObject Record(Session session, Person person, Way way, bool own, JsonObject? message)
{
    var record = Envelope(Key(session, person, way, own), own ? session.Release >= Release.V7_Rc3 ? session.Name : null : person.Name, false, message);
    if (own) record["status"] = 2;
    return record;
}

JsonObject Key(Session session, Person person, Way way, bool own)
{
    var address = person.Address(way);
    var other = way switch { Way.LidSaysPhone => person.PhoneAddress, Way.PhoneSaysLid => person.LidAddress, _ => null };
    var key = new JsonObject { ["remoteJid"] = address };
    if (session.Release >= Release.V7_Rc3 && other is not null) key["remoteJidAlt"] = session.Release == Release.V7_Rc3 && !own ? WithDevice(other) : other;
    key["fromMe"] = own;
    key["id"] = Id(own ? Phone.Android : person.Name.Length % 2 == 0 ? Phone.Apple : Phone.Android);
    if (own) lastSent = key["id"]!.GetValue<string>();
    if (session.Release == Release.V6_7_24 && other is not null && !own) key[way == Way.LidSaysPhone ? "senderPn" : "senderLid"] = other;
    if (session.Release >= Release.V7_Rc6)
    {
        key["participant"] = "";
        key["addressingMode"] = address.EndsWith("@lid") ? "lid" : "pn";
    }
    return key;
}

JsonObject Envelope(JsonObject? key, string? pushName, bool broadcast, JsonObject? message)
{
    var record = new JsonObject { ["key"] = key, ["messageTimestamp"] = Tick() };
    if (pushName is not null) record["pushName"] = pushName;
    record["broadcast"] = broadcast;
    if (message is not null) record["message"] = message;
    return record;
}

JsonObject Upsert(JsonObject record) => new() { ["messages"] = new JsonArray(record), ["type"] = "notify" };

JsonObject Text(string text) => new() { ["conversation"] = text };

JsonObject Long(long value) => new() { ["low"] = unchecked((int)value), ["high"] = (int)(value >> 32), ["unsigned"] = false };

JsonObject Bytes(params byte[] bytes) => new(bytes.Select((value, at) => new KeyValuePair<string, JsonNode?>(at.ToString(), value)));

string WithDevice(string address) => address.Replace("@", ":5@");

string Id(Phone from)
{
    string Hex(int digits) => string.Concat(Enumerable.Range(0, digits).Select(_ => "0123456789ABCDEF"[random.Next(16)]));
    return from switch { Phone.Apple => "3A" + Hex(18), Phone.Library => "3EB0" + Hex(18), _ => Hex(32) };
}

long Tick() => clock += random.Next(5, 400);

void Emit(Session session, string name, JsonNode data)
{
    var line = new JsonObject
    {
        ["business"] = session.Business,
        ["source"] = "baileys",
        ["session"] = $"business_{session.Business}",
        ["me"] = new JsonObject { ["id"] = $"{session.Phone}:14@s.whatsapp.net", ["lid"] = $"{session.Lid}:14@lid" },
        ["event"] = name,
        ["data"] = data,
    };
    events.Add((clock, line.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
}

partial class Program
{
    // The id of what the business sent last, for receipts and reactions.
    private static string lastSent = "";
}

/// <summary>Releases that differ in what they write. 6.17 is numbered above 6.7.24, yet knows as little as 6.6.</summary>
enum Release { V6_6, V6_17, V6_7_24, V7_Rc3, V7_Rc6, V7_Rc14 }

/// <summary>Which address stands in the message, and whether the release also says the other one.</summary>
enum Way { Phone, PhoneSaysLid, Lid, LidSaysPhone }

/// <summary>What a message id looks like is decided by the device that sends it.</summary>
enum Phone { Android, Apple, Library }

/// <summary>A business's WhatsApp session.</summary>
sealed record Session(int Business, string Name, string Phone, string Lid, Release Release);

/// <summary>Somebody invented, with both of their names.</summary>
sealed record Person(string Name, string Phone, string Lid)
{
    public string PhoneAddress => Phone + "@s.whatsapp.net";

    public string LidAddress => Lid + "@lid";

    public string Address(Way way) => way is Way.Phone or Way.PhoneSaysLid ? PhoneAddress : LidAddress;
}
