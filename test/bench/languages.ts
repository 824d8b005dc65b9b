/**
 * Sentences as people write them, from a seed: the common words of nine languages, a long tail of rare ones by Zipf's
 * law, emoji, links, names. Nobody's real words; only their statistics matter.
 */
const lists = {
  english:
    'the to and a of in is i it you that for on with have be this not but was are at we so my what just do can if will me as there no all or your like about they out when up get time know good one how now go some from think see then would come tomorrow today because really want meeting thanks please here well back people could still right only also going more work need where which been over did had than who great very think said their house train station coffee dinner weekend music river window garden letter yesterday morning evening question answer',
  german:
    'die der und ich das ist nicht du es zu in ein wir mit auf sie den für so was auch noch ja aber dann wie habe haben heute morgen nach wenn von hat schon mal dir mir mich bin kann nur oder da als um doch jetzt schön größe straße müssen später würde natürlich vielleicht Grüße können gegenüber früh Bahnhof Kaffee Abendessen Wochenende Fluß Garten Frage Antwort',
  french:
    'de la le et je à les est pas que un tu ça en une pour on ne des il avec mais plus bien qui dans ce moi si tout va fait peut être très où déjà après demain café été garçon français bientôt maison gare fenêtre forêt réponse',
  spanish:
    'de que no la el y en lo a es un por qué me una te los se con para mi está si bien pero yo eso las sí su tu aquí del al como le más mañana también todavía después niño corazón estación café jardín pregunta respuesta',
  russian:
    'и в не на я что это с он как но по все да ты у мы так за от то нет мне же ещё вот если был только уже меня когда его для очень сегодня завтра спасибо привет хорошо потом почему кофе вокзал дом окно музыка вопрос ответ вечером утром ёлка',
  arabic:
    'في من على إلى أن هذا ما لا كان مع هل كل أنا أنت هو هي يوم غدا شكرا مرحبا نعم لكن بعد قبل عند جدا جيد بيت محطة قهوة سؤال جواب صباح مساء موسيقى حديقة',
  hebrew:
    'של את לא זה אני על מה הוא כן עם אבל גם אם יש היא כל היום מחר תודה שלום טוב מאוד אחרי לפני בית תחנה קפה שאלה תשובה בוקר ערב מוזיקה גינה',
  korean:
    '안녕하세요 오늘 내일 정말 감사합니다 네 아니요 그래서 우리 저는 있어요 없어요 좋아요 지금 나중에 어디 언제 왜 사람 집 역 커피 저녁 주말 음악 질문 대답 아침에 세계 정원',
} as const;
const chinese =
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运';
const kana =
  'のにはをたがでてとしれさあるいもすからなくこまりけよってだそうんおきえせやねわめつばみちどほむろげじずカスタバトルンアイラシリクマテスプドサメキコレナ';
const emoji = ['😀', '👍', '❤️', '😂', '🙏', '👨‍👩‍👧', '🎉', '😍', '🤔', '👍🏽', '🇩🇪', '☕', '🚆'];
const syllables =
  'ba be bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se si so ta te ti to va ve vi vo sch str ung heit tion ment er en el an in on us'.split(
    ' ',
  );
const cyrillic =
  'ба бе да де ка ке ко ла ле ма ме на не но ра ре ро са се та те то ва ве во ний ость ать'.split(' ');
/** Different words of a language, the listed ones first; of the others each is rarer than the one before. */
const VOCABULARY = 40_000;
/** Out of a hundred messages, roughly as in a mixed circle of friends. */
const shares: readonly (readonly [keyof typeof lists | 'chinese' | 'japanese', number])[] = [
  ['english', 42],
  ['german', 16],
  ['french', 7],
  ['spanish', 7],
  ['russian', 9],
  ['arabic', 4],
  ['hebrew', 2],
  ['korean', 3],
  ['chinese', 6],
  ['japanese', 4],
];

type Random = () => number;

/** By Zipf's law: the second is half as frequent as the first. */
const zipf = (random: Random, count: number): number => Math.floor(count ** random()) - 1;
const below = (random: Random, count: number): number => Math.floor(random() * count);
const split = new Map<string, readonly string[]>();

/** The word of this rank; a rare one is made of syllables, the same every time. */
function wordAt(language: keyof typeof lists, rank: number): string {
  let list = split.get(language);
  if (list === undefined) split.set(language, (list = [...new Set(lists[language].split(' '))]));
  const listed = list[rank];
  if (listed !== undefined) return listed;
  const parts = language === 'russian' ? cyrillic : syllables;
  let [left, word] = [rank, ''];
  for (let index = 0; index < 5 && (index < 2 || left > 0); index += 1) {
    word += parts[(left * 7 + index * 13) % parts.length] ?? '';
    left = Math.floor(left / parts.length);
  }
  return word;
}

/** A few words on most messages, long ones now and then: the median is about eight. */
const lengthOf = (random: Random): number => 1 + Math.floor(Math.exp(2 + 1.1 * (random() + random() - 1)));

function pick<T>(random: Random, list: ArrayLike<T>): T {
  const found = list[below(random, list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** What one message says. */
export function sentence(random: Random): string {
  let share = random() * 100;
  const language = shares.find(([, size]) => (share -= size) < 0)?.[0] ?? 'english';
  const length = lengthOf(random);
  const end = random() < 0.08 ? ` ${pick(random, emoji)}` : '';
  const link = random() < 0.02 ? ` https://example.org/${wordAt('english', zipf(random, VOCABULARY))}` : '';
  if (language === 'chinese' || language === 'japanese') {
    const all = language === 'chinese' ? [chinese] : [kana, kana, chinese];
    let text = '';
    for (let index = 0; index < length * 2; index += 1) {
      const characters = pick(random, all);
      text += characters[zipf(random, characters.length)] ?? '';
      if (index % 12 === 11) text += language === 'chinese' ? '，' : '、';
    }
    return text + end + link;
  }
  const words = Array.from({ length }, () => wordAt(language, zipf(random, VOCABULARY)));
  const first = words[0] ?? '';
  return `${first.charAt(0).toUpperCase()}${first.slice(1)} ${words.slice(1).join(' ')}${pick(random, ['', '.', '?', '!'])}${end}${link}`.trim();
}
